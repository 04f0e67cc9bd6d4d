import packageJson from '../../package.json' with { type: 'json' };

// Imported before everything else of the command line, which does not load on an older Node.js.

const oldest = packageJson.engines.node.replace('>=', '');

if (isOlder(process.versions.node, oldest)) {
  console.error(
    `payment-tracker needs Node.js ${oldest} or newer; this is Node.js ${process.versions.node}.`,
  );
  process.exit(1);
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

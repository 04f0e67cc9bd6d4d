#!/usr/bin/env node
import packageJson from '../../package.json' with { type: 'json' };

const oldest = packageJson.engines.node.replace('>=', '');

if (isOlder(process.versions.node, oldest)) {
  console.error(
    `payment-tracker needs Node.js ${oldest} or newer; this is Node.js ${process.versions.node}.`,
  );
  process.exitCode = 1;
} else {
  // Not before the check: what the command line imports does not load on an older Node.js.
  void import('./run-cli.ts');
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

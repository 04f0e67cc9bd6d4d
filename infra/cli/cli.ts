#!/usr/bin/env node
import { createRequire } from 'node:module';

/** `>=22.19`. Not imported as JSON: older versions of Node.js do not know that syntax. */
const { engines } = createRequire(import.meta.url)('../../package.json') as { engines: { node: string } };
const oldest = engines.node.replace('>=', '');

if (isOlder(process.versions.node, oldest)) {
  console.error(
    `payment-tracker needs Node.js ${oldest} or newer; this is Node.js ${process.versions.node}.`,
  );
  process.exitCode = 1;
} else {
  // Not before the check: what the command line imports does not load on an older Node.js.
  await import('./run-cli.ts');
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

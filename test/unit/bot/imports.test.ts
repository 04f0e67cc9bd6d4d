import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const BOTS = join(ROOT, 'lambda/bot');

/** The one import that reads `payment-tracker` in a bot's own project. */
const CLIENT = '../client/index.ts';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

/** The modules that a file imports, as types, as values or dynamically. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(BOTS, file), 'utf8');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
}

function isPackage(name: string): boolean {
  return packages.some((known) => [known, known.replace('@types/', '')].includes(packageOf(name)));
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

test.for(readdirSync(BOTS))('%s can be copied: it imports only packages and the client', (file) => {
  const imports = importsOf(file);

  expect(imports).toContain(CLIENT);
  expect(imports.filter((name) => name !== CLIENT && !isPackage(name))).toEqual([]);
});

test('the package exports that client', () => {
  expect(manifest.exports['.'].default).toBe('./dist/lambda/client/index.js');
});

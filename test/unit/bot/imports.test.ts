import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const BOTS = join(ROOT, 'lambda/bot');
const FILES = readdirSync(BOTS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

/** The one import that reads `payment-tracker` in a bot's own project. */
const CLIENT = /^(?:\.\.\/){1,2}client\/index\.ts$/;

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const packages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

/** The modules that a file imports, as types, as values or dynamically. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(BOTS, file), 'utf8');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
}

function isPackage(name: string): boolean {
  return (
    name.startsWith('node:') ||
    packages.some((known) => [known, known.replace('@types/', '')].includes(packageOf(name)))
  );
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

test.for(FILES)('%s can be copied: it imports only packages, the client and files beside it', (file) => {
  const others = importsOf(file).filter((name) => !CLIENT.test(name) && !isPackage(name));

  expect(others.filter((name) => !/^\.\/[a-z-]+\.ts$/.test(name))).toEqual([]);
});

test.for(FILES.filter((file) => /handler|bot\.ts$/.test(file)))('%s uses the client', (file) => {
  expect(importsOf(file)).toContainEqual(expect.stringMatching(CLIENT));
});

test('the package exports that client', () => {
  expect(manifest.exports['.'].import.default).toBe('./dist/client.js');
});

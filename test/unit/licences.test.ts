import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Licences that let anybody use, change and sell what includes the package. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Where a package that another one needs is installed: beside it, or above. */
function resolve(name: string, from: string): string {
  for (let folder = from; folder.length >= ROOT.length; folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  throw new Error(`${name}, which ${from} needs, is not installed: run npm ci`);
}

/** Everything that runs in production: our dependencies, and theirs. By folder. */
function productionPackages(): ReadonlyMap<string, Manifest> {
  const found = new Map<string, Manifest>();
  const visit = (folder: string): void => {
    for (const name of Object.keys(manifestIn(folder).dependencies ?? {})) {
      const dependency = resolve(name, folder);
      if (found.has(dependency)) continue;
      found.set(dependency, manifestIn(dependency));
      visit(dependency);
    }
  };
  visit(ROOT);
  return found;
}

it('every package that runs in production has a permissive licence', () => {
  const packages = [...productionPackages().values()];

  expect(packages.length).toBeGreaterThan(20);
  for (const { name, version, license } of packages) {
    expect(PERMISSIVE, `${name} ${version}: ${license}`).toContain(license);
  }
});

it('the packages that the project itself asks for are those that were looked at, with these licences', () => {
  const direct = Object.keys(manifestIn(ROOT).dependencies ?? {}).map((name) => {
    const { license } = manifestIn(resolve(name, ROOT));
    return [name.replace(/(?<=^@[^/]+)\/.*/, ''), license];
  });

  expect(Object.fromEntries(direct)).toEqual({
    '@aws-lambda-powertools': 'MIT-0',
    '@aws-sdk': 'Apache-2.0',
    commander: 'MIT',
    'csv-parse': 'MIT',
    'p-map': 'MIT',
    undici: 'MIT',
    zod: 'MIT',
  });
});

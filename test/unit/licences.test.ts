import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { BUNDLES } from '../../infra/package/bundles.ts';
import { noticesOf, packagesIn } from '../../infra/package/third-party.ts';

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

/** What an installation of the package brings: its dependencies, and theirs. */
function installedPackages(): readonly Manifest[] {
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
  return [...found.values()];
}

/** What the bundles of the package contain. */
let bundled: ReturnType<typeof packagesIn>;

beforeAll(async () => {
  const built = BUNDLES.map(([, options]) => build({ ...options, write: false, metafile: true }));
  bundled = packagesIn((await Promise.all(built)).map(({ metafile }) => metafile));
}, 60_000);

it('everything that runs in production has a permissive licence', () => {
  const packages: readonly Manifest[] = [...installedPackages(), ...bundled];

  expect(packages.length).toBeGreaterThan(50);
  for (const { name, version, license } of packages) {
    expect(PERMISSIVE, `${name} ${version}: ${license}`).toContain(license);
  }
});

it('the bundles contain code of packages that were looked at, with these licences', () => {
  const owners = bundled.map(({ name, license }) => [name.replace(/(?<=^@[^/]+)\/.*/, ''), license]);

  expect(Object.fromEntries(owners)).toEqual({
    '@aws': 'Apache-2.0',
    '@aws-lambda-powertools': 'MIT-0',
    '@aws-sdk': 'Apache-2.0',
    '@smithy': 'Apache-2.0',
    commander: 'MIT',
    'csv-parse': 'MIT',
    mnemonist: 'MIT',
    obliterator: 'MIT',
    'p-map': 'MIT',
    undici: 'MIT',
    zod: 'MIT',
  });
});

it('the package has the texts that the licences ask for', () => {
  const notices = noticesOf(bundled);
  const withoutText = bundled.filter(({ texts }) => texts.length === 0).map(({ license }) => license);

  expect(notices).toContain('Permission is hereby granted, free of charge');
  // One copy of the Apache licence is enough. MIT-0 does not ask for any.
  expect(notices).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  expect(withoutText.filter((license) => !['Apache-2.0', 'MIT-0'].includes(license))).toEqual([]);
});

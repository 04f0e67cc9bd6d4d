import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** The package as npm would publish it. */
export interface PackedPackage {
  /** Paths in the package. */
  readonly files: readonly string[];
  /** Bytes of the archive. */
  readonly size: number;
  /** A new project with the package in it, and these development dependencies of ours in the same versions. */
  install(...devDependencies: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs this project. */
export async function pack(): Promise<PackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'payment-tracker-package-'));
  const answer = JSON.parse(
    await run(PROJECT, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder),
  ) as Record<string, { filename: string; size: number; files: { path: string }[] }>;
  // A list up to npm 10, afterwards an object by package name.
  const [packed] = Object.values(answer);
  if (packed === undefined) throw new Error('npm pack packed nothing');
  let projects = 0;
  return {
    files: packed.files.map(({ path }) => path),
    size: packed.size,
    async install(...names) {
      projects += 1;
      const project = join(folder, `project-${projects}`);
      await mkdir(project);
      await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      const packages = [join(folder, packed.filename), ...(await inOurVersions(names))];
      await run(
        project,
        'npm',
        'install',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        '--silent',
        ...packages,
      );
      return project;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** `npm ci` has them in its cache in these versions. */
async function inOurVersions(names: readonly string[]): Promise<string[]> {
  const { devDependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return names.map((name) => `${name}@${devDependencies[name]}`);
}

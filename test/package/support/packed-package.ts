import { mkdtemp, rm } from 'node:fs/promises';
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
  /** Path of the archive. */
  readonly archive: string;
  /** The folder of the archive, for the projects that install it. */
  readonly folder: string;
  /** Deletes the folder. */
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
  return {
    files: packed.files.map(({ path }) => path),
    size: packed.size,
    archive: join(folder, packed.filename),
    folder,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Installs packages into a project. */
export async function install(project: string, ...packages: string[]): Promise<void> {
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
}

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunCommand } from '../run-command.ts';
import { StartError } from '../start-error.ts';
import { findPython } from './python.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

export interface InstallOptions {
  /** Folder that git ignores; MiniStack goes to `ministack-<version>` in it. */
  readonly cache: string;
  readonly run: RunCommand;
  /** Tells a person what takes time. */
  readonly report: (progress: string) => void;
  readonly signal?: AbortSignal;
}

/** The version of MiniStack that `requirements.txt` pins. */
export async function pinnedVersion(): Promise<string> {
  const version = /^ministack==(\S+)$/m.exec(await readFile(REQUIREMENTS, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${REQUIREMENTS} does not pin ministack`);
  return version;
}

/**
 * Installs MiniStack with pip into a virtual environment of its own, once.
 *
 * Safe to run twice at the same time: each installs to a folder of its own and renames it when it is complete; a
 * virtual environment that is used through its `python` may be moved.
 *
 * @returns the virtual environment's python
 * @throws {StartError} no Python, no venv module, or pip failed
 */
export async function installMiniStack(options: InstallOptions): Promise<string> {
  const { cache, run, report } = options;
  const version = await pinnedVersion();
  const home = join(cache, `ministack-${version}`);
  if (await works(home, run)) return pythonOf(home);

  report(`installing MiniStack ${version} (an emulator of AWS) into ${home}, once`);
  const python = await findPython(run);
  const unfinished = `${home}.${randomUUID()}`;
  try {
    await mkdir(cache, { recursive: true });
    await createEnvironment(python, unfinished, options);
    await installPackages(version, unfinished, options);
    await replace(unfinished, home, run);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return pythonOf(home);
}

function pythonOf(environment: string): string {
  return join(environment, 'bin', 'python');
}

/** Whether MiniStack is there and its Python still exists: an upgrade of Python breaks virtual environments. */
async function works(environment: string, run: RunCommand): Promise<boolean> {
  if (!existsSync(environment)) return false;
  const { code } = await run({ file: pythonOf(environment), args: ['-c', 'import ministack'] });
  return code === 0;
}

async function createEnvironment(python: string, path: string, options: InstallOptions): Promise<void> {
  const { code, output } = await options.run({
    file: python,
    args: ['-m', 'venv', path],
    ...(options.signal && { signal: options.signal }),
  });
  if (code === 0) return;
  throw new StartError(
    `${python} could not make a virtual environment in ${dirname(path)} (${lastLine(output)})`,
    'Check that the folder can be written and that the disk has 150 MB free.',
  );
}

async function installPackages(version: string, environment: string, options: InstallOptions): Promise<void> {
  const { code, output } = await options.run({
    file: pythonOf(environment),
    args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS],
    ...(options.signal && { signal: options.signal }),
  });
  if (code === 0) return;
  throw new StartError(
    `pip could not install MiniStack ${version} (${lastLine(output)})`,
    'Check the network and the settings of pip (PIP_INDEX_URL, a proxy), or set AWS_ENDPOINT_URL to a running LocalStack.',
  );
}

/** Puts a complete environment in its place, unless somebody else was faster; a broken one there makes room. */
async function replace(complete: string, home: string, run: RunCommand): Promise<void> {
  if (existsSync(home) && !(await works(home, run))) await rm(home, { recursive: true, force: true });
  try {
    await rename(complete, home);
  } catch (error) {
    const taken = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!taken || !(await works(home, run))) throw error;
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}

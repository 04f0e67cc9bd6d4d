import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

/** A program in Python, with everything that it needs, in a virtual environment of its own. */
export interface PythonEnvironment {
  /** With its version: `MiniStack 1.5.33`. */
  readonly title: string;
  /** For those who do not know it: `an emulator of AWS`. */
  readonly description: string;
  /** The folder of the virtual environment. */
  readonly home: string;
  /** A file that pins every package. */
  readonly requirements: string;
  /** A line of Python that fails unless the packages are there. */
  readonly probe: string;
  /** The Python that makes the environment; asked for only when there is none yet. */
  readonly findPython: () => Promise<string>;
  /** Adds what pip does not bring. */
  readonly complete?: (folder: string) => Promise<void>;
  /** What it takes on the disk, roughly. */
  readonly megabytes: number;
  /** What one can do instead of installing it: `or set …`. */
  readonly orElse?: string;
}

export interface InstallOptions {
  readonly run: RunCommand;
  /** Tells a person what takes time. */
  readonly report: (progress: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Installs a program with pip, once.
 *
 * Safe to run twice at the same time: each installs to a folder of its own and renames it when it is complete; a
 * virtual environment that is used through its `python` may be moved.
 *
 * @returns the virtual environment's python
 * @throws {StartError} no Python, no venv module, or pip failed
 */
export async function installOnce(environment: PythonEnvironment, options: InstallOptions): Promise<string> {
  const { title, description, home } = environment;
  if (await works(home, environment, options)) return pythonOf(home);

  const python = await environment.findPython();
  options.report(`installing ${title} (${description}) into ${home}, once`);
  const unfinished = `${home}.${randomUUID()}`;
  try {
    await mkdir(dirname(home), { recursive: true });
    await createEnvironment(python, unfinished, environment, options);
    await installPackages(unfinished, environment, options);
    await environment.complete?.(unfinished);
    await replace(unfinished, environment, options);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return pythonOf(home);
}

function pythonOf(folder: string): string {
  return join(folder, 'bin', 'python');
}

/** Whether the packages are there and their Python still exists: an upgrade of Python breaks virtual environments. */
async function works(
  folder: string,
  { probe }: PythonEnvironment,
  { run }: InstallOptions,
): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const { code } = await run({ file: pythonOf(folder), args: ['-c', probe] });
  return code === 0;
}

async function createEnvironment(
  python: string,
  folder: string,
  { megabytes }: PythonEnvironment,
  { run, signal }: InstallOptions,
): Promise<void> {
  const { code, output } = await run({
    file: python,
    args: ['-m', 'venv', folder],
    ...(signal && { signal }),
  });
  if (code === 0) return;
  throw new StartError(
    `${python} could not make a virtual environment in ${dirname(folder)} (${lastLine(output)})`,
    `Check that the folder can be written and that the disk has ${megabytes} MB free.`,
  );
}

async function installPackages(
  folder: string,
  { title, requirements, orElse }: PythonEnvironment,
  { run, signal }: InstallOptions,
): Promise<void> {
  const { code, output } = await run({
    file: pythonOf(folder),
    args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements],
    ...(signal && { signal }),
  });
  if (code === 0) return;
  throw new StartError(
    `pip could not install ${title} (${lastLine(output)})`,
    `Check the network and the settings of pip (PIP_INDEX_URL, a proxy)${orElse === undefined ? '' : `, ${orElse}`}.`,
  );
}

/** Puts a complete environment in its place, unless somebody else was faster; a broken one there makes room. */
async function replace(
  complete: string,
  environment: PythonEnvironment,
  options: InstallOptions,
): Promise<void> {
  const { home } = environment;
  const isUsable = () => works(home, environment, options);
  if (existsSync(home) && !(await isUsable())) await rm(home, { recursive: true, force: true });
  try {
    await rename(complete, home);
  } catch (error) {
    const taken = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!taken || !(await isUsable())) throw error;
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}

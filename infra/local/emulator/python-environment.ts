import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

/** A Python program with its packages, in its own virtual environment. */
export interface PythonEnvironment {
  /** Name and version: `MiniStack 1.5.33`. */
  readonly title: string;
  /** What it is: `an emulator of AWS`. */
  readonly description: string;
  /** The folder of the virtual environment. */
  readonly home: string;
  /** A file that pins every package. */
  readonly requirements: string;
  /** A line of Python that fails if a package is missing. */
  readonly probe: string;
  /** Finds the Python that makes the environment. Called only if there is no environment yet. */
  readonly findPython: () => Promise<string>;
  /** Installs what pip cannot install. */
  readonly complete?: (folder: string) => Promise<void>;
  /** About how much disk space it needs, in MB. */
  readonly megabytes: number;
  /** An alternative to installing it: `or set …`. */
  readonly orElse?: string;
}

export interface InstallOptions {
  readonly run: RunCommand;
  /** Receives a line for the user when something takes time. */
  readonly report: (progress: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Installs a program with pip, once.
 *
 * Safe to run twice at the same time: each installs in its own folder and renames it when it is complete. A virtual
 * environment that is used through its `python` may be moved.
 *
 * @returns the path of the Python in the virtual environment
 * @throws {StartError} if there is no Python or no venv module, or if pip fails
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

/** Whether the packages are installed and their Python still exists. An upgrade of Python breaks virtual environments. */
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

/** Moves a complete environment to its place, unless another process did that first. Replaces a broken one. */
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

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const CLI = join(import.meta.dirname, '../../../../infra/cli/cli.ts');

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Files in the folder that it runs in, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command line that runs as its own process. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Starts the command line in a new folder and without the settings of this process. */
export async function startCli(
  argv: readonly string[],
  { env = {}, files = {} }: CliOptions = {},
): Promise<CliProcess> {
  const cwd = await mkdtemp(join(tmpdir(), 'payment-tracker-cli-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  const child = spawn(process.execPath, [CLI, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const result = once(child, 'close').then(([exitCode]) => ({ exitCode, out, err }));
  return { child, result };
}

/** Runs the command line to its end. */
export async function runCli(argv: readonly string[], options?: CliOptions): Promise<CliResult> {
  return (await startCli(argv, options)).result;
}

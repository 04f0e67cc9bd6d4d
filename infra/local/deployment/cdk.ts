import { appendFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { withoutAws } from '../emulator/aws-environment.ts';
import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

const CDK = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin/cdk');

/** Without credentials the CDK would ask EC2's metadata service, and it reports its use to its makers. */
const QUIET = { AWS_EC2_METADATA_DISABLED: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' } as const;

export interface CdkOptions {
  readonly run: RunCommand;
  /** What the CDK prints is added here. */
  readonly logFile: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs the CDK's command line away from every real account: with nothing of the AWS variables of this process, and
 * with the given ones.
 *
 * @param place the folder to run it in: it runs the app of a `cdk.json` that is there, even to bootstrap
 * @throws {StartError} when it fails
 */
export async function cdk(
  args: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  options: CdkOptions,
): Promise<void> {
  const { run, logFile, signal } = options;
  const { code, output } = await run({
    file: process.execPath,
    args: [CDK, ...args, '--no-notices', '--no-version-reporting'],
    cwd: place.cwd,
    env: { ...withoutAws(process.env), ...QUIET, ...place.env },
    ...(signal && { signal }),
  });
  await mkdir(dirname(logFile), { recursive: true });
  await appendFile(logFile, `cdk ${args.join(' ')}\n${output}\nexit code ${code}\n\n`);
  if (code === 0) return;
  throw new StartError(`cdk ${args[0]} failed (${complaint(output)})`, `Its output is in ${logFile}`);
}

/** The line that says most about a failure: the last that mentions an error, or else the last. */
function complaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /error|fail|❌/i.test(line)) ?? lines.at(-1) ?? 'no output').trim();
}

import { appendFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { withoutAws } from '../emulator/aws-environment.ts';
import { StartError } from '../errors/start-error.ts';
import type { RunCommand } from '../process/run-command.ts';

const CDK = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin/cdk');

/** Without these, the CDK asks the metadata service of EC2 for credentials and sends telemetry to AWS. */
const QUIET = { AWS_EC2_METADATA_DISABLED: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' } as const;

export interface CdkOptions {
  readonly run: RunCommand;
  /** Path of the file to which the output of the CDK is appended. */
  readonly logFile: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs the command line of the CDK. It cannot reach a real AWS account, because it gets none of the AWS and CDK
 * variables of this process, only those of `place`.
 *
 * @param args arguments of the command line; the first is the name of the command
 * @param place the working directory and the variables. If the directory has a `cdk.json`, the CDK runs its app, also
 *   for `bootstrap`.
 * @throws {StartError} if the command fails
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
  throw new StartError(`cdk ${args[0]} failed (${errorLine(output)})`, `Its output is in ${logFile}`);
}

/** The last line that mentions an error, or else the last line. */
function errorLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /error|fail|❌/i.test(line)) ?? lines.at(-1) ?? 'no output').trim();
}

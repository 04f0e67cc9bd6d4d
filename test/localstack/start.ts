import { join } from 'node:path';
import { CACHE } from '../../infra/local/emulator/emulator.ts';
import { type RunningServer, startPythonServer } from '../../infra/local/emulator/python-server.ts';
import { type RunCommand, runCommand } from '../../infra/local/process/run-command.ts';
import { installLocalStack } from './install.ts';
import { localStack } from './localstack.ts';

export interface StartOptions {
  /** The name in the log file's name, `.cache/localstack-<name>.log`. */
  readonly name: string;
  /** The port to use if it is free. @default any free port */
  readonly preferredPort?: number;
  readonly report: (progress: string) => void;
  /** Ends an installation that is in progress. */
  readonly signal?: AbortSignal;
}

/**
 * Installs LocalStack (once) and starts it with empty state.
 *
 * @throws {StartError} if it cannot be installed or does not start
 */
export async function startLocalStack(options: StartOptions): Promise<RunningServer> {
  const { name, report, signal, ...where } = options;
  const run: RunCommand = (command) => runCommand({ ...command, ...(signal && { signal }) });
  const installation = await installLocalStack(CACHE, { run, report });
  return startPythonServer(localStack(installation), {
    logFile: join(CACHE, `localstack-${name}.log`),
    ...where,
  });
}

import { join } from 'node:path';
import { CACHE } from '../../infra/local/emulator/emulator.ts';
import { type RunningServer, startPythonServer } from '../../infra/local/emulator/python-server.ts';
import { type RunCommand, runCommand } from '../../infra/local/process/run-command.ts';
import { installLocalStack } from './install.ts';
import { localStack } from './localstack.ts';

export interface StartOptions {
  /** Names the log file, `.cache/localstack-<name>.log`. */
  readonly name: string;
  /** Used if it is free; otherwise, or when absent, another one. */
  readonly preferredPort?: number;
  readonly report: (progress: string) => void;
  /** Ends an installation under way. */
  readonly signal?: AbortSignal;
}

/**
 * Installs LocalStack (once) and starts it with empty state.
 *
 * @throws {StartError} with one line for the person who started it
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

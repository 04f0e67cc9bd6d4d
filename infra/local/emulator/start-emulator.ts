import { join } from 'node:path';
import { type RunCommand, runCommand } from '../process/run-command.ts';
import { awsEnvironment } from './aws-environment.ts';
import { connectTo } from './connect.ts';
import { CACHE, type Emulator } from './emulator.ts';
import { installMiniStack } from './install.ts';
import { miniStack } from './ministack.ts';
import { startPythonServer } from './python-server.ts';

export interface EmulatorOptions {
  /** The address of a running emulator, as in `AWS_ENDPOINT_URL`. @default starts one */
  readonly endpoint?: string | undefined;
  /** The port to use if it is free. @default any free port */
  readonly preferredPort?: number;
  /** Receives a line for the user when something takes time. */
  readonly report?: (progress: string) => void;
  /** Ends an installation that is in progress. */
  readonly signal?: AbortSignal;
  /** @default runs the command */
  readonly run?: RunCommand;
  /** The name in the log file's name, `.cache/ministack-<name>.log`. @default 'emulator' */
  readonly name?: string;
  /** A folder that git ignores, for the installation and the log. @default `.cache` of the project */
  readonly cache?: string;
}

/**
 * Connects to the emulator at `endpoint`, or else installs MiniStack (once) and starts it with empty state.
 *
 * @throws {StartError} if it does not start
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return options.endpoint === undefined ? startOwn(options) : connectTo(options.endpoint);
}

async function startOwn(options: EmulatorOptions): Promise<Emulator> {
  const {
    preferredPort,
    report = () => {},
    signal,
    run = runCommand,
    name = 'emulator',
    cache = CACHE,
  } = options;
  const logFile = join(cache, `ministack-${name}.log`);
  const python = await installMiniStack(cache, { run, report, ...(signal && { signal }) });
  const ministack = await startPythonServer(miniStack(python), {
    logFile,
    ...(preferredPort !== undefined && { preferredPort }),
  });
  let stopping = false;
  return {
    endpoint: ministack.endpoint,
    env: awsEnvironment(ministack.endpoint),
    description: `MiniStack on ${ministack.endpoint} (its log: ${logFile})`,
    ours: true,
    containers: false,
    lost: new Promise((resolve) => {
      ministack.ended.then((how) => {
        if (!stopping) resolve(`MiniStack ended with ${how}; its log tells why: ${logFile}`);
      });
    }),
    stop: () => {
      stopping = true;
      return ministack.stop();
    },
  };
}

import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import getPort from 'get-port';
import { StartError } from '../errors/start-error.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';

const LOOPBACK = '127.0.0.1';
const SERVE = join(import.meta.dirname, 'serve.py');
const PORT_TAKEN = /already in use/;
const STARTS_WITHIN_MS = 60_000;

/** An emulator of AWS that is written in Python. */
export interface PythonServer {
  /** Its name, for messages. */
  readonly title: string;
  /** The path of the Python that can import it. */
  readonly python: string;
  /** The module whose `main` runs the server. */
  readonly module: string;
  /** Matches the line that it prints when it listens. An answer from the port could be another server's. */
  readonly listening: RegExp;
  /**
   * Its environment variables, in addition to those that every program needs.
   *
   * @param temporary its own folder, which is removed when it ends
   */
  readonly variables: (port: number, temporary: string) => Readonly<Record<string, string>>;
  /** Prepares its temporary folder. */
  readonly prepare?: (temporary: string) => Promise<void>;
}

export interface ServerOptions {
  /** The file for its output. Overwritten. */
  readonly logFile: string;
  /** The port to use if it is free. @default any free port */
  readonly preferredPort?: number;
}

export interface RunningServer {
  readonly endpoint: string;
  readonly pid: number;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
  /** Ends it and its Lambda functions, and removes its temporary files. */
  stop(): Promise<void>;
}

/**
 * Starts an emulator with empty state on a free port of 127.0.0.1 and waits until it listens.
 *
 * @throws {StartError} if it does not start
 */
export async function startPythonServer(
  server: PythonServer,
  options: ServerOptions,
): Promise<RunningServer> {
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    const preferred = attempt === 1 ? options.preferredPort : undefined;
    const port = await getPort({ host: LOOPBACK, port: preferred ?? [] });
    const outcome = await startOn(port, server, options);
    if (outcome !== 'port taken') return outcome;
    if (attempt === attempts) {
      throw new StartError(
        `${server.title} found port ${port} taken, ${attempts} times in a row`,
        'Start again.',
      );
    }
  }
}

async function startOn(
  port: number,
  server: PythonServer,
  { logFile }: ServerOptions,
): Promise<RunningServer | 'port taken'> {
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const temporary = await mkdtemp(join(tmpdir(), `${server.title.toLowerCase()}-`));
  await server.prepare?.(temporary);
  const group = await startProcessGroup({
    file: server.python,
    args: [SERVE, server.module],
    env: { ...environment(temporary), ...server.variables(port, temporary) },
    log,
  });
  const stop = async () => {
    await group.stop();
    log.end();
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  };
  const outcome = await firstNews(group, server.listening);
  if (outcome === 'listening') {
    return { endpoint: `http://127.0.0.1:${port}`, pid: group.pid, ended: group.ended, stop };
  }
  await stop();
  if (outcome === 'port taken') return outcome;
  throw new StartError(`${server.title} did not start (${outcome})`, `Its log tells why: ${logFile}`);
}

/** `listening`, `port taken`, or the reason why it failed. */
function firstNews(group: ProcessGroup, listening: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let taken = false;
    const timer = setTimeout(() => resolve(`no answer in ${STARTS_WITHIN_MS / 1000} s`), STARTS_WITHIN_MS);
    group.onLine((line) => {
      if (PORT_TAKEN.test(line)) taken = true;
      // LocalStack prints its ready line also if another LocalStack answers on the port.
      if (listening.test(line)) resolve(taken ? 'port taken' : 'listening');
    });
    group.ended.then((how) => resolve(taken ? 'port taken' : how)).finally(() => clearTimeout(timer));
  });
}

/**
 * Lambda functions can inherit this environment, so it has none of our variables: the stack must set what they need.
 * The Node.js of this project is first on the PATH, because Lambda functions run with it.
 */
function environment(temporary: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), process.env.PATH ?? '/usr/bin:/bin'].join(delimiter),
    HOME: temporary,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
  };
}

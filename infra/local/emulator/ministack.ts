import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import getPort from 'get-port';
import { StartError } from '../start-error.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';

const LOOPBACK = '127.0.0.1';
const SERVE = join(import.meta.dirname, 'serve.py');
/** What its web server prints once it listens. Said by our own child, unlike an answer from the port. */
const LISTENING = /Running on http/;
const PORT_TAKEN = /already in use/;
const STARTS_WITHIN_MS = 60_000;

export interface MiniStackOptions {
  /** The python that has MiniStack installed. */
  readonly python: string;
  /** Where its output goes; overwritten. */
  readonly logFile: string;
  /** Used if it is free; otherwise another one. */
  readonly preferredPort?: number;
}

export interface MiniStack {
  readonly endpoint: string;
  readonly pid: number;
  /** Resolves when it ends, with how. */
  readonly ended: Promise<string>;
  /** Ends it and its Lambda workers, and removes its temporary files. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack with empty state on a free port of the loopback and waits until it serves.
 *
 * @throws {StartError} when it does not come up
 */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const attempts = 3;
  for (let attempt = 1; ; attempt++) {
    const preferred = attempt === 1 ? options.preferredPort : undefined;
    const port = await getPort({ host: LOOPBACK, port: preferred ?? [] });
    const outcome = await startOn(port, options);
    if (outcome !== 'port taken') return outcome;
    if (attempt === attempts) {
      throw new StartError(`MiniStack found port ${port} taken, ${attempts} times in a row`, 'Start again.');
    }
  }
}

async function startOn(port: number, options: MiniStackOptions): Promise<MiniStack | 'port taken'> {
  const { logFile } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const temporary = await mkdtemp(join(tmpdir(), 'ministack-'));
  const group = await startProcessGroup({
    file: options.python,
    args: [SERVE],
    env: environment(port, temporary),
    log,
  });
  const stop = async () => {
    await group.stop();
    log.end();
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  };
  const outcome = await firstNews(group);
  if (outcome === 'listening') {
    return { endpoint: `http://${LOOPBACK}:${port}`, pid: group.pid, ended: group.ended, stop };
  }
  await stop();
  if (outcome === 'port taken') return outcome;
  throw new StartError(`MiniStack did not start (${outcome})`, `Its log tells why: ${logFile}`);
}

/** `listening`, `port taken`, or what went wrong. */
function firstNews(group: ProcessGroup): Promise<string> {
  return new Promise((resolve) => {
    let taken = false;
    const timer = setTimeout(() => resolve(`no answer in ${STARTS_WITHIN_MS / 1000} s`), STARTS_WITHIN_MS);
    group.onLine((line) => {
      if (LISTENING.test(line)) resolve('listening');
      if (PORT_TAKEN.test(line)) taken = true;
    });
    group.ended.then((how) => resolve(taken ? 'port taken' : how)).finally(() => clearTimeout(timer));
  });
}

/**
 * The Lambdas inherit this environment, so it holds nothing of ours: what they need, the stack has to give them.
 * Our own Node comes first on the PATH, because MiniStack runs Lambdas with the `node` it finds there.
 */
function environment(port: number, temporary: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(process.execPath), process.env.PATH ?? '/usr/bin:/bin'].join(delimiter),
    HOME: temporary,
    TMPDIR: temporary,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    GATEWAY_PORT: String(port),
    BIND_HOST: LOOPBACK,
    // What MiniStack wraps around a Node Lambda uses deprecated calls; the warnings would be in every log.
    NODE_NO_WARNINGS: '1',
    // Listeners that nothing here needs.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
}

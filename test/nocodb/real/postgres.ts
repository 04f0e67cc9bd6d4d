import { execFile, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import getPort from 'get-port';
import { endProcess } from './processes.ts';

const run = promisify(execFile);
const USER = 'nocodb';
const READY_TIMEOUT_MS = 30_000;

/**
 * Runs a command until standard input ends, then shuts it down (SIGINT is PostgreSQL's "fast shutdown"). The pipe ends
 * with the process that holds it, so the server also ends when the test runner is killed.
 */
const RUN_UNTIL_INPUT_ENDS = 'trap "" INT; "$@" & cat; kill -INT $!; wait $!';

/** A PostgreSQL server for one test run. */
export interface Postgres {
  /** In the form of NocoDB's `NC_DB`. */
  readonly ncDb: string;
  /** Runs statements in NocoDB's database. */
  execute(statements: string): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts Debian's PostgreSQL on a free port of the loopback address, with its data in a temporary folder.
 *
 * @throws {Error} when PostgreSQL is not installed, or not ready within 30 s
 */
export async function startPostgres(): Promise<Postgres> {
  const bin = serverFolder();
  const account = await unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), 'nocodb-postgres-'));
  if (account) await chown(folder, account.uid, account.gid);
  const options = { cwd: folder, ...account };
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', USER, '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '--no-sync'];
  await run(join(bin, 'initdb'), initdb, options);

  const port = await getPort({ host: '127.0.0.1' });
  // Without fsync: the data is not needed after the test.
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'];
  const command = ['-c', RUN_UNTIL_INPUT_ENDS, 'sh', join(bin, 'postgres'), ...args];
  const server = spawn('sh', command, { ...options, stdio: ['pipe', 'ignore', 'ignore'] });
  const stop = async () => {
    await endProcess(server, () => server.stdin.end());
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(join(bin, 'pg_isready'), port);
    await run(join(bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', USER, 'nocodb'], options);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ncDb: `pg://127.0.0.1:${port}?u=${USER}&p=unused&d=nocodb`,
    async execute(statements) {
      const server = ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', 'nocodb'];
      await run(join(bin, 'psql'), [...server, '-v', 'ON_ERROR_STOP=1', '-c', statements], options);
    },
    stop,
  };
}

/** The folder of the newest server. Debian keeps servers outside the PATH, one folder for each version. */
function serverFolder(): string {
  const newest = globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  if (newest) return newest;
  throw new Error('PostgreSQL is not in /usr/lib/postgresql: install it with `apt-get install postgresql`');
}

/** The account for the server: PostgreSQL refuses to run as root, and Debian's package creates `postgres`. */
async function unprivilegedAccount(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

async function ready(pgIsReady: string, port: number): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      await run(pgIsReady, ['-h', '127.0.0.1', '-p', String(port), '-U', USER]);
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error('PostgreSQL did not get ready within 30 s', { cause: error });
      await sleep(100);
    }
  }
}

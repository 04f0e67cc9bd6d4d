import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NocoDbAccount, signIn } from './account.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { endProcess } from './processes.ts';
import { nocoDbFolder, type Release } from './release.ts';

export interface RealNocoDbOptions {
  readonly database: 'sqlite' | 'postgres';
  /** @default 'current' */
  readonly release?: Release;
  /** NocoDB's own variables, such as `DB_QUERY_LIMIT_MAX`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real NocoDB with a new, empty database. */
export interface RealNocoDb {
  /** Without a slash at the end. */
  readonly url: string;
  /** Signed in as the owner. */
  readonly account: NocoDbAccount;
  /** Runs statements in its database. Only on PostgreSQL. */
  execute?(statements: string): Promise<void>;
  /** Ends NocoDB (and its PostgreSQL) and removes everything it wrote. */
  stop(): Promise<void>;
}

const EMAIL = 'owner@example.com';
const PASSWORD = 'Pass-word-1';

/**
 * Starts the installed NocoDB on a free port of the loopback address. Ready in a few seconds; needs about 400 MB.
 *
 * @throws {Error} when NocoDB or PostgreSQL is not installed, or NocoDB does not start
 */
export async function startRealNocoDb(options: RealNocoDbOptions): Promise<RealNocoDb> {
  if (!existsSync(join(nocoDbFolder(options.release ?? 'current'), 'installed.txt'))) {
    throw new Error(
      'NocoDB is not installed: run `node test/nocodb/real/install.ts` (npm run test:nocodb does)',
    );
  }
  const postgres = options.database === 'postgres' ? await startPostgres() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'nocodb-'));
  const log = join(folder, 'nocodb.log');
  const child = await launch(folder, log, options, postgres);
  const stop = async () => {
    await endProcess(child);
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${await portOf(child, log)}`;
    const account = await signIn(url, EMAIL, PASSWORD);
    return { url, account, stop, ...(postgres && { execute: postgres.execute }) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function launch(
  folder: string,
  log: string,
  options: RealNocoDbOptions,
  postgres: Postgres | undefined,
): Promise<ChildProcess> {
  const file = await open(log, 'w');
  const child = fork(
    fileURLToPath(new URL('server.ts', import.meta.url)),
    [nocoDbFolder(options.release ?? 'current')],
    {
      cwd: folder,
      execArgv: [],
      stdio: ['ignore', file.fd, file.fd, 'ipc'],
      env: {
        PATH: process.env.PATH,
        NC_TOOL_DIR: folder,
        NC_ADMIN_EMAIL: EMAIL,
        NC_ADMIN_PASSWORD: PASSWORD,
        NC_DISABLE_TELE: 'true',
        NC_ALLOW_LOCAL_HOOKS: 'true',
        ...(postgres && { NC_DB: postgres.ncDb }),
        ...options.env,
      },
    },
  );
  await file.close();
  return child;
}

/** Waits for the child's message with its port. */
async function portOf(child: ChildProcess, log: string): Promise<number> {
  const early = new AbortController();
  const exit = once(child, 'exit', { signal: early.signal }).then(async () => {
    const tail = (await readFile(log, 'utf8')).split('\n').slice(-30).join('\n');
    throw new Error(`NocoDB ended while it started:\n${tail}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), exit])) as [{ port: number }];
  exit.catch(() => {}); // Aborted below, which rejects it.
  early.abort();
  return message.port;
}

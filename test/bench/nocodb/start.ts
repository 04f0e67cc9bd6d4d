import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nocoDbFolder } from '../../nocodb/real/release.ts';
import { cpuSecondsOf } from './process-tree.ts';

/** A real NocoDB on one of two databases, or the demo NocoDB, which keeps its records in memory. */
export type NocoDbKind = 'sqlite' | 'postgres' | 'demo';

/** Where a NocoDB is. */
export interface NocoDbAddress {
  readonly url: string;
  readonly token: string;
  readonly tableId: string;
  readonly baseId: string;
}

/** Asks the child process to create this number of records. */
export interface FillOrder {
  readonly fill: number;
}

/** A NocoDB to measure, with an empty table. */
export interface BenchNocoDb extends NocoDbAddress {
  readonly kind: NocoDbKind;
  /** CPU time that NocoDB and its database have used so far, seconds; `undefined` where it cannot be known. */
  cpuSeconds(): number | undefined;
  /**
   * Creates unpaid records with the ids from 1 to `records`. Only for an empty table, and not on SQLite.
   *
   * @throws {Error} on SQLite
   */
  fill(records: number): Promise<void>;
  stop(): Promise<void>;
}

/** The NocoDBs that this machine can run: the real ones when NocoDB is installed, or else the demo. */
export function availableKinds(): readonly NocoDbKind[] {
  if (!existsSync(join(nocoDbFolder('current'), 'installed.txt'))) return ['demo'];
  return existsSync('/usr/lib/postgresql') ? ['sqlite', 'postgres'] : ['sqlite'];
}

/** The name of a kind of NocoDB in tables. */
export function nameOf(kind: NocoDbKind): string {
  return { sqlite: 'NocoDB on SQLite', postgres: 'NocoDB on PostgreSQL', demo: 'the demo NocoDB' }[kind];
}

/** Starts a NocoDB in separate processes. */
export async function startNocoDb(kind: NocoDbKind): Promise<BenchNocoDb> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [kind]);
  const messageOf = async (): Promise<unknown> => {
    const early = new AbortController();
    const failure = once(child, 'exit', { signal: early.signal }).then(([code]) => {
      throw new Error(`${nameOf(kind)} ended with code ${code}; its output is above.`);
    });
    const [message] = await Promise.race([once(child, 'message'), failure]);
    failure.catch(() => {}); // Aborted below, which rejects it.
    early.abort();
    return message;
  };
  const address = (await messageOf()) as NocoDbAddress;
  const pid = child.pid as number;
  return {
    kind,
    ...address,
    cpuSeconds: () => cpuSecondsOf(pid),
    async fill(records) {
      child.send({ fill: records } satisfies FillOrder);
      await messageOf();
    },
    async stop() {
      const exit = once(child, 'exit');
      child.send('stop');
      await exit;
    },
  };
}

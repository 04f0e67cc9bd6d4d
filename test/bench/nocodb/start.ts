import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NOCODB_FOLDER } from '../../nocodb/real/release.ts';
import { cpuSecondsOf } from './process-tree.ts';

/** A real NocoDB on one of two databases, or the demo NocoDB, which keeps its records in memory. */
export type NocoDbKind = 'sqlite' | 'postgres' | 'demo';

/** Where a NocoDB is. */
export interface NocoDbAddress {
  readonly url: string;
  readonly token: string;
  readonly tableId: string;
}

/** A NocoDB to measure against, with nothing in its table. */
export interface BenchNocoDb extends NocoDbAddress {
  readonly kind: NocoDbKind;
  /** CPU time that NocoDB and its database have used so far, seconds; `undefined` where it cannot be known. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

/** The NocoDBs that this machine can run: the real ones when NocoDB is installed, or else the demo. */
export function availableKinds(): readonly NocoDbKind[] {
  if (!existsSync(join(NOCODB_FOLDER, 'installed.txt'))) return ['demo'];
  return existsSync('/usr/lib/postgresql') ? ['sqlite', 'postgres'] : ['sqlite'];
}

/** What to call a NocoDB in a table. */
export function nameOf(kind: NocoDbKind): string {
  return { sqlite: 'NocoDB on SQLite', postgres: 'NocoDB on PostgreSQL', demo: 'the demo NocoDB' }[kind];
}

/** Starts a NocoDB in processes of its own. */
export async function startNocoDb(kind: NocoDbKind): Promise<BenchNocoDb> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [kind]);
  const early = new AbortController();
  const failure = once(child, 'exit', { signal: early.signal }).then(([code]) => {
    throw new Error(`${nameOf(kind)} ended with code ${code} while it started; its words are above.`);
  });
  const [address] = (await Promise.race([once(child, 'message'), failure])) as [NocoDbAddress];
  failure.catch(() => {}); // aborted: nobody waits for it any more
  early.abort();
  const pid = child.pid as number;
  return {
    kind,
    ...address,
    cpuSeconds: () => cpuSecondsOf(pid),
    async stop() {
      const exit = once(child, 'exit');
      child.send('stop');
      await exit;
    },
  };
}

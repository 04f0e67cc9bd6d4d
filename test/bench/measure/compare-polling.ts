import { setTimeout as sleep } from 'node:timers/promises';
import { type Poll, poll, setPaid } from '../nocodb/records.ts';
import type { BenchNocoDb, NocoDbAddress, NocoDbKind } from '../nocodb/start.ts';
import { startTicker } from '../tick/start-ticker.ts';

/** How often a user's bot asks, and how long a slot is; seconds. */
const INTERVAL_SECONDS = 20;
const PER_MINUTE = 60 / INTERVAL_SECONDS;

/** The load of one way to find out who has paid, in one interval in which everybody pays. */
export interface Load {
  readonly requestsPerMinute: number;
  /** The most requests sent within any second. */
  readonly peakPerSecond: number;
  readonly bytesPerMinute: number;
  /** CPU time of NocoDB and its database, seconds a minute; absent where it cannot be known. */
  readonly cpuSecondsPerMinute?: number;
  /** The longest time from a payment until the user is known to have paid, seconds. */
  readonly lastKnownSeconds: number;
}

export interface Comparison {
  readonly kind: NocoDbKind;
  readonly users: number;
  readonly polling: Load;
  readonly tracker: Load;
}

/**
 * Finds the payments of the same users by polling for each user, then by a tick.
 *
 * The tracker's table is in memory, because this compares the load of NocoDB. The tick starts at once, and the whole wait
 * for a slot is added to its time.
 *
 * @param recordIds records of that NocoDB, one for each user, none of them paid
 */
export async function comparePolling(
  nocodb: BenchNocoDb,
  recordIds: readonly string[],
  tickerBundle: string,
): Promise<Comparison> {
  await setPaid(nocodb, recordIds, true);
  const polling = await underWatch(nocodb, () => pollEvenly(nocodb, recordIds));
  const table = { kind: 'memory', recordIds } as const;
  const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds: INTERVAL_SECONDS });
  const tracker = await underWatch(nocodb, async () => {
    const { requests, bytes, confirmed, milliseconds } = await ticker.tick();
    if (confirmed !== recordIds.length) throw new Error(`The tick confirmed ${confirmed} payments.`);
    return {
      requests,
      bytes,
      peakPerSecond: requests,
      lastKnownSeconds: INTERVAL_SECONDS + milliseconds / 1000,
    };
  });
  await ticker.stop();
  await setPaid(nocodb, recordIds, false);
  return { kind: nocodb.kind, users: recordIds.length, polling, tracker };
}

/** Lets NocoDB compile its code, so that the first comparison is like the others. */
export async function warmUp(nocodb: BenchNocoDb, recordIds: readonly string[]): Promise<void> {
  for (const id of recordIds) await poll(nocodb, id);
}

/** The requests of one interval. */
interface Interval extends Pick<Load, 'peakPerSecond' | 'lastKnownSeconds'> {
  readonly requests: number;
  readonly bytes: number;
}

async function underWatch(nocodb: BenchNocoDb, run: () => Promise<Interval>): Promise<Load> {
  const before = nocodb.cpuSeconds();
  const { requests, bytes, peakPerSecond, lastKnownSeconds } = await run();
  const after = nocodb.cpuSeconds();
  return {
    requestsPerMinute: requests * PER_MINUTE,
    peakPerSecond,
    bytesPerMinute: bytes * PER_MINUTE,
    ...(before !== undefined &&
      after !== undefined && { cpuSecondsPerMinute: (after - before) * PER_MINUTE }),
    lastKnownSeconds,
  };
}

async function pollEvenly(nocodb: BenchNocoDb, recordIds: readonly string[]): Promise<Interval> {
  const begin = performance.now();
  const polls = await pollOverInterval(nocodb, recordIds);
  if (polls.some(({ answer }) => answer !== 'paid')) throw new Error('A user was told that he has not paid.');
  const lastAnswer = Math.max(...polls.map(({ answeredAt }) => answeredAt));
  return {
    requests: polls.length,
    bytes: polls.reduce((sum, { bytes }) => sum + bytes, 0),
    peakPerSecond: mostWithinASecond(polls),
    lastKnownSeconds: (lastAnswer - begin) / 1000,
  };
}

/** Sends one request for each user, evenly over the interval, whether or not NocoDB keeps up. */
export function pollOverInterval(nocodb: NocoDbAddress, recordIds: readonly string[]): Promise<Poll[]> {
  const pace = (INTERVAL_SECONDS * 1000) / recordIds.length;
  return Promise.all(
    recordIds.map(async (id, index) => {
      await sleep(pace * (index + 1));
      return poll(nocodb, id);
    }),
  );
}

function mostWithinASecond(polls: readonly Poll[]): number {
  const moments = polls.map(({ sentAt }) => sentAt).sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, moment] of moments.entries()) {
    while ((moments[first] as number) <= moment - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

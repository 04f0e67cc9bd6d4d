import { setTimeout as sleep } from 'node:timers/promises';
import { type Poll, poll, setPaid } from '../nocodb/records.ts';
import type { BenchNocoDb, NocoDbAddress, NocoDbKind } from '../nocodb/start.ts';
import { startTicker } from '../tick/start-ticker.ts';
import { mostWithinASecond } from './most-within-a-second.ts';

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
  /** With API v2, which has bulk lists. */
  readonly tracker: Load;
  /** With API v3, after a first tick, from which on the change query carries the news. */
  readonly trackerInV3: Load;
}

/**
 * Finds the payments of the same users by polling for each user, then by ticks in each version of NocoDB's API.
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
  const options = { nocodb, table, intervalSeconds: INTERVAL_SECONDS };
  const ticker = await startTicker(tickerBundle, options);
  const tracker = await underWatch(nocodb, () => tickForAll(ticker, recordIds.length));
  await ticker.stop();
  await setPaid(nocodb, recordIds, false);
  const tickerInV3 = await startTicker(tickerBundle, { ...options, apiVersion: 'v3' });
  await tickerInV3.tick();
  await setPaid(nocodb, recordIds, true);
  const trackerInV3 = await underWatch(nocodb, () => tickForAll(tickerInV3, recordIds.length));
  await tickerInV3.stop();
  await setPaid(nocodb, recordIds, false);
  return { kind: nocodb.kind, users: recordIds.length, polling, tracker, trackerInV3 };
}

/** Most ticks that may be needed for the payments of 10,000 users at once. */
const MOST_TICKS = 10;

/** Ticks until everybody is known to have paid. @returns the means of the intervals that it takes */
async function tickForAll(ticker: Awaited<ReturnType<typeof startTicker>>, users: number): Promise<Interval> {
  let known = 0;
  const ticks: Awaited<ReturnType<typeof ticker.tick>>[] = [];
  while (known < users && ticks.length < MOST_TICKS) {
    const figures = await ticker.tick();
    known += figures.confirmed;
    ticks.push(figures);
  }
  if (known !== users) throw new Error(`The ticks confirmed ${known} payments.`);
  const sum = (figure: 'requests' | 'bytes') => ticks.reduce((total, each) => total + each[figure], 0);
  return {
    requests: sum('requests') / ticks.length,
    bytes: sum('bytes') / ticks.length,
    peakPerSecond: Math.max(...ticks.map(({ peakPerSecond }) => peakPerSecond)),
    intervals: ticks.length,
    lastKnownSeconds: INTERVAL_SECONDS * ticks.length + (ticks.at(-1)?.milliseconds ?? 0) / 1000,
  };
}

/** Lets NocoDB compile its code, so that the first comparison is like the others. */
export async function warmUp(nocodb: BenchNocoDb, recordIds: readonly string[]): Promise<void> {
  for (const id of recordIds) await poll(nocodb, id);
}

/** The requests of one interval. */
interface Interval extends Pick<Load, 'peakPerSecond' | 'lastKnownSeconds'> {
  readonly requests: number;
  readonly bytes: number;
  /** Intervals that were run. @default 1 */
  readonly intervals?: number;
}

async function underWatch(nocodb: BenchNocoDb, run: () => Promise<Interval>): Promise<Load> {
  const before = nocodb.cpuSeconds();
  const { requests, bytes, peakPerSecond, intervals = 1, lastKnownSeconds } = await run();
  const after = nocodb.cpuSeconds();
  return {
    requestsPerMinute: requests * PER_MINUTE,
    peakPerSecond,
    bytesPerMinute: bytes * PER_MINUTE,
    ...(before !== undefined &&
      after !== undefined && { cpuSecondsPerMinute: ((after - before) / intervals) * PER_MINUTE }),
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
    peakPerSecond: mostWithinASecond(polls.map(({ sentAt }) => sentAt)),
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

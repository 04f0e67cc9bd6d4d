import { isDue } from './interval.ts';

/** How many record ids a request may hold, learned from the server's behavior. */
export interface BatchSize {
  readonly ids: number;
  /** Consecutive requests of this size that were answered quickly. */
  readonly successes: number;
  /** The last size that the server or a proxy refused as too large, and when (epoch milliseconds). */
  readonly refused?: { readonly ids: number; readonly at: number };
}

/** The size grows after this many consecutive quick answers. */
const SUCCESSES_TO_GROW = 2;

/** An answer is quick if it used at most this part of its time limit: a request of twice the size then uses half of it. */
const QUICK = 1 / 4;

/** A refused size is not tried again for an hour, in milliseconds. */
const REFUSAL_COUNTS_FOR = 60 * 60_000;

/** The known size, or the largest one. */
export function startingSize(known: BatchSize | undefined, max: number): BatchSize {
  return known === undefined ? { ids: max, successes: 0 } : { ...known, ids: Math.min(known.ids, max) };
}

/**
 * The size after an answer. It doubles after quick answers to full requests, but stays below a refused size.
 *
 * @param request its number of ids, its duration and its time limit, milliseconds
 */
export function afterAnswer(
  size: BatchSize,
  request: { readonly ids: number; readonly took: number; readonly allowed: number },
  { now, max }: { readonly now: number; readonly max: number },
): BatchSize {
  if (request.ids < size.ids || size.ids >= max) return size;
  if (request.took > request.allowed * QUICK) return { ...size, successes: 0 };
  const successes = size.successes + 1;
  if (successes < SUCCESSES_TO_GROW) return { ...size, successes };
  const doubled = Math.min(max, size.ids * 2);
  const { refused, ...rest } = size;
  if (refused === undefined || isDue(refused.at, REFUSAL_COUNTS_FOR, now)) {
    return { ...rest, ids: doubled, successes: 0 };
  }
  return doubled >= refused.ids ? { ...size, successes } : { ...size, ids: doubled, successes: 0 };
}

/**
 * The size after a request that was too large: half of its ids.
 *
 * @param refused whether the server or a proxy refused it; otherwise there was no complete answer in time
 */
export function afterTooLarge(size: BatchSize, ids: number, refused: boolean, now: number): BatchSize {
  const half = Math.max(1, Math.floor(Math.min(size.ids, ids) / 2));
  const known = refused ? { ids, at: now } : size.refused;
  return { ids: half, successes: 0, ...(known !== undefined && { refused: known }) };
}

/** The size to remember; `undefined` for the largest, which is the default. */
export function worthRemembering(size: BatchSize, max: number): BatchSize | undefined {
  return size.ids >= max ? undefined : size;
}

import { RESTING_AFTER } from './control-state.ts';

/** Port: what makes the loop rest. */
export interface RestState {
  /** Successful ticks in a row that found nothing pending; `undefined` before the first tick. Not from a cache. */
  emptyTicks(): Promise<number | undefined>;
  /** Counts empty ticks from 0 again. */
  clear(): Promise<void>;
}

/** Port: the loop that ticks. */
export interface TickStarter {
  /** Starts ticking with the next slot, and does not rest before it has ticked for a minute. */
  start(): Promise<void>;
}

/**
 * Makes sure that the loop ticks, now that something is pending. To be called after it was written; any number of times.
 *
 * The loop starts before the count is cleared: should anything fail in between, a repeated call does both.
 *
 * @returns whether it started the loop
 */
export async function wake({ rest, loop }: { rest: RestState; loop: TickStarter }): Promise<boolean> {
  const emptyTicks = await rest.emptyTicks();
  if (emptyTicks === 0) return false;
  // A tick under way may be the one that lets the loop rest.
  const maySleep = emptyTicks === undefined || emptyTicks + 1 >= RESTING_AFTER;
  if (maySleep) await loop.start();
  if (emptyTicks !== undefined) await rest.clear();
  return maySleep;
}

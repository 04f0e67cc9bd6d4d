import { RESTING_AFTER } from './control-state.ts';

/** Port: the number of empty ticks, which makes the loop rest. */
export interface RestState {
  /** Consecutive successful ticks with nothing pending; `undefined` before the first tick. A consistent read. */
  emptyTicks(): Promise<number | undefined>;
  /** Sets the number to 0. */
  clearEmptyTicks(): Promise<void>;
}

/** Port: the loop that ticks. */
export interface TickStarter {
  /** Starts the loop at the next slot. It does not rest in its first minute. */
  start(): Promise<void>;
}

/**
 * Makes sure that the loop ticks when a payment has become pending. It is safe to repeat.
 *
 * The loop starts before the number is cleared, so that after a failure in between a repeated call does both.
 *
 * @returns whether it started the loop
 */
export async function wake({ rest, loop }: { rest: RestState; loop: TickStarter }): Promise<boolean> {
  const emptyTicks = await rest.emptyTicks();
  if (emptyTicks === 0) return false;
  // A running tick may be the one after which the loop rests.
  const maySleep = emptyTicks === undefined || emptyTicks + 1 >= RESTING_AFTER;
  if (maySleep) await loop.start();
  if (emptyTicks !== undefined) await rest.clearEmptyTicks();
  return maySleep;
}

import type { Clock } from './clock.ts';
import { RESTING_AFTER } from './control-state.ts';
import { hasSlots } from './interval.ts';

/** Port: the number of empty ticks, which makes the loop rest. */
export interface RestState {
  /** Consecutive successful ticks with nothing pending; `undefined` before the first tick. A consistent read. */
  emptyTicks(): Promise<number | undefined>;
  /** Sets the number to 0. */
  clearEmptyTicks(): Promise<void>;
  /** Notes that a payment was tracked, after the first tick: the next execution of the loop ticks. */
  noteWoken(now: number): Promise<void>;
}

/** Port: the loop that ticks. */
export interface TickStarter {
  /** Starts the loop at the next slot. It does not rest in its first minute. */
  start(): Promise<void>;
}

export interface WakeDependencies {
  readonly intervalSeconds: number;
  readonly rest: RestState;
  readonly loop: TickStarter;
  readonly clock: Clock;
}

/**
 * Makes sure that the loop ticks when a payment has become pending. It is safe to repeat.
 *
 * Without slots, the loop starts each minute and ticks when it finds the note: many payments cost one tick a minute, and no
 * execution waits. Otherwise only a resting loop needs waking.
 *
 * The loop starts before the number is cleared, so that after a failure in between a repeated call does both.
 *
 * @returns whether the loop would not have ticked without it
 */
export async function wake({ intervalSeconds, rest, loop, clock }: WakeDependencies): Promise<boolean> {
  if (!hasSlots(intervalSeconds)) {
    await rest.noteWoken(clock.now());
    return true;
  }
  const emptyTicks = await rest.emptyTicks();
  if (emptyTicks === 0) return false;
  // A running tick may be the one after which the loop rests.
  const maySleep = emptyTicks === undefined || emptyTicks + 1 >= RESTING_AFTER;
  if (maySleep) await loop.start();
  if (emptyTicks !== undefined) await rest.clearEmptyTicks();
  return maySleep;
}

import type { Clock } from '../tracker/clock.ts';
import { TimeoutError, type TrackerError } from '../tracker/errors.ts';

/** How often a call is sent at the most, its first time included. */
export const MAX_ATTEMPTS = 3;

/** The longest back-off before the second attempt; it doubles from there. Milliseconds. */
export const FIRST_BACKOFF = 400;

/** What the retries depend on. */
export interface RetryOptions {
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Epoch milliseconds after which nothing is sent any more. */
  readonly deadline: number;
  readonly names: CallNames;
}

/**
 * Repeats an attempt until it succeeds, is not worth repeating, or has no time left.
 *
 * The back-off has full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter). Each attempt
 * but the last gets half of the time that is left, so that a server that hangs leaves time for another.
 *
 * @param attempt is told how long it may take, milliseconds
 * @throws {TrackerError} the last attempt's
 */
export async function withRetries<T>(
  attempt: (timeout: number) => Promise<Attempt<T>>,
  { clock, random, deadline, names }: RetryOptions,
): Promise<T> {
  let mayRepeatAtOnce = true;
  for (let number = 1; ; number += 1) {
    const left = deadline - clock.now();
    if (left <= 0) throw outOfTime(names);
    const outcome = await attempt(number < MAX_ATTEMPTS ? left / 2 : left);
    if ('value' in outcome) return outcome.value;
    if (outcome.repeat === 'never' || number === MAX_ATTEMPTS) throw outcome.error;
    const atOnce = outcome.repeat === 'atOnce' && mayRepeatAtOnce;
    if (atOnce) mayRepeatAtOnce = false;
    const wait = atOnce ? 0 : random() * FIRST_BACKOFF * 2 ** (number - 1);
    if (clock.now() + wait >= deadline) throw outcome.error;
    if (wait > 0) await clock.sleep(wait);
  }
}

function outOfTime(names: CallNames): TimeoutError {
  return new TimeoutError({
    ...names,
    problem: 'no time was left to send it',
    hint: 'If it happens often, see what NocoDB is busy with, or make the interval longer.',
  });
}

/**
 * Whether a failed attempt may be followed by another.
 *
 * - `never`: the next answer would be the same, or must not be asked for.
 * - `atOnce`: the connection was stale; a new one has every chance. Only once.
 * - `later`: after a back-off.
 */
export type Repeat = 'never' | 'atOnce' | 'later';

/** What came of an attempt that failed. */
export interface Failure {
  readonly error: TrackerError;
  readonly repeat: Repeat;
}

/** What came of an attempt. */
export type Attempt<T> = { readonly value: T } | Failure;

/** The words of an error that every failure of one call shares. */
export interface CallNames {
  /** `list records`. */
  readonly operation: string;
  /** Method and URL without the query. */
  readonly target: string;
}

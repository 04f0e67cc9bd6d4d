/** Time limits of a tick. They nest: asking < writing < Lambda timeout < lease < interval. */
export interface TimeLimits {
  /** The Lambda function's timeout, whole seconds (the unit AWS takes). */
  readonly lambdaTimeoutSeconds: number;
  /** Requests to NocoDB end this long after the start of the tick, milliseconds. */
  readonly askMilliseconds: number;
  /** No write begins later than this after the start of the tick, milliseconds. */
  readonly writeMilliseconds: number;
  /** How long a tick may hold the gate, milliseconds. By then, AWS has ended the function. */
  readonly leaseMilliseconds: number;
}

/**
 * The time limits for an interval.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 */
export function timeLimits(intervalSeconds: number): TimeLimits {
  const lambdaTimeoutSeconds = Math.min(60, Math.floor(0.8 * intervalSeconds));
  return {
    lambdaTimeoutSeconds,
    askMilliseconds: lambdaTimeoutSeconds * 600,
    writeMilliseconds: lambdaTimeoutSeconds * 850,
    leaseMilliseconds: lambdaTimeoutSeconds * 1000 + 500,
  };
}

/**
 * The slot that a moment belongs to: the multiple of the interval it follows.
 *
 * A moment up to an eighth of the interval before a slot belongs to that slot already: Step Functions waits by its own
 * clock, and the Lambda's may be behind it.
 *
 * @returns epoch milliseconds
 */
export function slotOf(now: number, intervalSeconds: number): number {
  const interval = intervalSeconds * 1000;
  return Math.floor((now + interval / 8) / interval) * interval;
}

/** When the gate opens again after a tick that began at `now`: halfway to the next slot, so that a slot has one tick. */
export function nextAllowedAfter(now: number, intervalSeconds: number): number {
  return slotOf(now, intervalSeconds) + (intervalSeconds * 1000) / 2;
}

/**
 * A gate that is held longer than this is broken, milliseconds: the lease and the interval at the longest interval, so that
 * a tick of a longer interval, which another deployment started, is still waited for.
 */
export const LONGEST_HOLD_MS = timeLimits(300).leaseMilliseconds + 300_000;

/** Longest penalty of a rate limit, milliseconds. A server that asks for more is likely wrong. */
export const LONGEST_PENALTY_MS = 3_600_000;

/** How far the clocks of two instances may differ, milliseconds: a penalty that ends later than that is broken. */
export const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Whether something that happens at intervals is due. A last time in the future is that of a clock that was wrong.
 *
 * @param last when it last began, epoch milliseconds; `undefined`: never
 */
export function isDue(last: number | undefined, every: number, now: number): boolean {
  return last === undefined || Math.abs(now - last) >= every;
}

/** The first slot after a moment, epoch milliseconds. */
export function nextSlot(now: number, intervalSeconds: number): number {
  const interval = intervalSeconds * 1000;
  return (Math.floor(now / interval) + 1) * interval;
}

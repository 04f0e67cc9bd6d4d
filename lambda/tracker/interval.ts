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

/** The first slot after a moment, epoch milliseconds. */
export function nextSlot(now: number, intervalSeconds: number): number {
  const interval = intervalSeconds * 1000;
  return (Math.floor(now / interval) + 1) * interval;
}

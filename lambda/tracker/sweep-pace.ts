import { PLAN_LIMITS } from './query-plan.ts';

/** Payments that one tick asks for by id: what one bulk list carries. With fewer pending, each tick is a whole sweep. */
export const MAX_SLICE = PLAN_LIMITS.idsPerRequest;

/**
 * Payments that the sweep asks for in each second of an interval while the news are complete, so that it only has to find
 * what they do not show. 100,000 payments take 17 minutes. As many as a tick can ask for would add $6 a month to the bill of
 * 1,000,000 payments.
 */
const SWEPT_PER_SECOND = 100;

/**
 * How many payments the sweep asks for in a tick that has complete news.
 *
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function sliceBesideNews(intervalSeconds: number): number {
  return Math.min(MAX_SLICE, SWEPT_PER_SECOND * intervalSeconds);
}

/**
 * How long a sweep takes that nothing slows down, seconds.
 *
 * @param pending payments
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function sweepSeconds(pending: number, intervalSeconds: number): number {
  const slice = pending > MAX_SLICE ? sliceBesideNews(intervalSeconds) : MAX_SLICE;
  return Math.ceil(pending / slice) * intervalSeconds;
}

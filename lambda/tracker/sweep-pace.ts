import { PLAN_LIMITS } from './query-plan.ts';

/** Payments that one tick asks for by id: what one bulk list carries. */
export const MAX_SLICE = PLAN_LIMITS.idsPerRequest;

/**
 * Whether the pending payments are more than one tick asks for. Then each tick asks for changes and for newcomers first,
 * and moves newcomers in the index.
 */
export function isPartial(pending: number): boolean {
  return pending > MAX_SLICE;
}

/**
 * Payments that the sweep asks for in each second of an interval while the news are complete, so that it only has to find
 * what they do not show. 100,000 payments take 17 minutes. As many as a tick can ask for would add $6 a month to the bill of
 * 1,000,000 payments.
 */
const SWEPT_PER_SECOND = 100;

/**
 * The most payments that the sweep asks for in a tick that has complete news. Where one tick can ask for all, it does.
 *
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function sliceBesideNews(pending: number, intervalSeconds: number): number {
  return isPartial(pending) ? Math.min(MAX_SLICE, SWEPT_PER_SECOND * intervalSeconds) : MAX_SLICE;
}

/**
 * How long a sweep takes that nothing slows down, seconds.
 *
 * @param pending payments
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function sweepSeconds(pending: number, intervalSeconds: number): number {
  return Math.ceil(pending / sliceBesideNews(pending, intervalSeconds)) * intervalSeconds;
}

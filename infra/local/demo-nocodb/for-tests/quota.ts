import { ApiError } from '../errors/api-error.ts';

/** Counts the calls of a workspace in each calendar month, UTC. NocoDB Cloud counts from the day of the subscription. */
export interface Quota {
  /** @throws {ApiError} 403 when the month's calls are used up */
  count(): void;
}

/**
 * The monthly quota of NocoDB Cloud's free plan (`global.guard.ts` of its enterprise edition, and its error
 * `planLimitExceeded`). Paid plans have a grace period.
 *
 * @param limit calls in a month
 * @param now the clock, epoch milliseconds
 */
export function createQuota(limit: number, now: () => number): Quota {
  let month = '';
  let current = 0;
  return {
    count() {
      const today = new Date(now()).toISOString().slice(0, 7);
      if (today !== month) [month, current] = [today, 0];
      if (current >= limit) {
        throw new ApiError(403, {
          error: 'ERR_PLAN_LIMIT_EXCEEDED',
          message: `You have reached the limit of ${limit} API calls for your plan.`,
          details: { plan: 'Free', limit, current, higherPlan: 'Plus' },
        });
      }
      current += 1;
    },
  };
}

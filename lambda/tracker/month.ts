/**
 * Requests to NocoDB in a calendar month, UTC: `['2026-11', 4321]`. A list, because names would take the control item
 * beyond the size of one write unit.
 */
export type MonthlyRequests = readonly [month: string, requests: number];

/** Adds requests to the count of the current month. @param now epoch milliseconds */
export function countInMonth(
  before: MonthlyRequests | undefined,
  requests: number,
  now: number,
): MonthlyRequests {
  return [monthOf(now), requestsInMonth(before, now) + requests];
}

/** Requests in the current month. The count is of the month of the last tick, which may have ended. */
export function requestsInMonth(count: MonthlyRequests | undefined, now: number): number {
  return count?.[0] === monthOf(now) ? count[1] : 0;
}

function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

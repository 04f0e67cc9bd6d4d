import { MAX_SLICE as MAX_AUDIT_SLICE, TICKS_TO_KEEP_TIME } from './audit.ts';
import { auditEvery } from './interval.ts';
import { IDS_PER_GET, MAX_REQUESTS_BESIDE_NEWS } from './sweep.ts';
import { isPartial } from './sweep-pace.ts';

const MONTH_SECONDS = 30 * 86_400;

/**
 * Requests to NocoDB in a month of 30 days in which this many payments are always pending: of the ticks at the interval,
 * and of the audits.
 *
 * @param hasBulkLists whether the server has bulk lists; API v3 has none
 */
export function requestsPerMonth(pending: number, intervalSeconds: number, hasBulkLists: boolean): number {
  return Math.round(
    (MONTH_SECONDS / intervalSeconds) * requestsPerTick(pending, intervalSeconds, hasBulkLists),
  );
}

/** Requests of an average tick while payments are pending. */
export function requestsPerTick(pending: number, intervalSeconds: number, hasBulkLists: boolean): number {
  const news = 1;
  if (hasBulkLists) {
    return 1 + (isPartial(pending) ? news : 0) + auditsPerTick(pending, intervalSeconds);
  }
  const gets = Math.ceil(pending / IDS_PER_GET);
  // The audit then takes its requests from the sweep.
  if (gets > MAX_REQUESTS_BESIDE_NEWS) return news + MAX_REQUESTS_BESIDE_NEWS;
  return gets * (1 + auditsPerTick(pending, intervalSeconds));
}

/** Slices of audits in an average tick: as many as an audit needs before the next one begins, if that is possible. */
export function auditsPerTick(pending: number, intervalSeconds: number): number {
  const ticksPerAudit = auditEvery(intervalSeconds) / 1000 / intervalSeconds;
  const most = isPartial(pending) ? 1 / TICKS_TO_KEEP_TIME : 1;
  return Math.min(most, Math.ceil(pending / MAX_AUDIT_SLICE) / ticksPerAudit);
}

import { MAX_SLICE as MAX_AUDIT_SLICE } from './audit.ts';
import { auditEvery } from './interval.ts';
import { MAX_SLICE } from './sweep.ts';

const MONTH_SECONDS = 30 * 86_400;

/**
 * Requests to NocoDB in a month of 30 days in which this many payments are always pending: of the ticks at the interval,
 * and of the audits. Without bulk lists, a tick needs one for each 500 payments.
 */
export function requestsPerMonth(pending: number, intervalSeconds: number): number {
  return Math.round((MONTH_SECONDS / intervalSeconds) * requestsPerTick(pending, intervalSeconds));
}

/** Requests of an average tick while payments are pending. */
export function requestsPerTick(pending: number, intervalSeconds: number): number {
  const news = pending > MAX_SLICE ? 1 : 0;
  return 1 + news + auditsPerTick(pending, intervalSeconds);
}

/** Slices of audits in an average tick: at most one, and as many as an audit needs before the next one begins. */
export function auditsPerTick(pending: number, intervalSeconds: number): number {
  const ticksPerAudit = auditEvery(intervalSeconds) / 1000 / intervalSeconds;
  return Math.min(1, Math.ceil(pending / MAX_AUDIT_SLICE) / ticksPerAudit);
}

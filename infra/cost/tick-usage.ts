import { MAX_SLICE as MAX_AUDIT_SLICE } from '../../lambda/tracker/audit.ts';
import { hasSlots } from '../../lambda/tracker/interval.ts';
import { auditsPerTick, requestsPerTick } from '../../lambda/tracker/requests-needed.ts';
import { MAX_SLICE, sliceBesideNews } from '../../lambda/tracker/sweep-pace.ts';
import { ASSUMPTIONS as A } from './assumptions.ts';
import { MONTH } from './prices.ts';

/** An average tick while payments are pending. */
export interface TickUsage {
  readonly seconds: number;
  /** Of lists of pending payments, without looking up what changed. */
  readonly readUnits: number;
  /** To NocoDB. */
  readonly requests: number;
  readonly outboundBytes: number;
  readonly logBytes: number;
}

/**
 * A tick of the tracker on a NocoDB with bulk lists: a slice of the pending payments, what comes before it where the slice
 * is not everything, and its part of the audits.
 *
 * @param intervalSeconds whole seconds, 5 to 3600
 */
export function tickUsage(pending: number, intervalSeconds: number): TickUsage {
  const slice = Math.min(pending, sliceBesideNews(pending, intervalSeconds));
  const auditSlice = Math.min(pending, MAX_AUDIT_SLICE);
  const audits = auditsPerTick(pending, intervalSeconds);
  return usageOf({
    requests: requestsPerTick(pending, intervalSeconds, true),
    ids: slice + audits * auditSlice,
    readUnits: listUnits(slice) + audits * listUnits(auditSlice),
  });
}

/**
 * Ticks in a month in which this many payments are always pending, and as many are tracked, spread over the month. Without
 * slots, there is a tick more in each minute in which a payment is tracked.
 */
export function ticksPerMonth(tracked: number, intervalSeconds: number): number {
  const ticks = MONTH.seconds / intervalSeconds;
  if (hasSlots(intervalSeconds)) return ticks;
  const minutes = MONTH.seconds / 60;
  return Math.min(minutes, ticks + minutes * (1 - Math.exp(-tracked / minutes)));
}

/** A tick that lists all pending payments and asks for each of them. */
export function usageOfAskingForAll(pending: number): TickUsage {
  return usageOf({ requests: Math.ceil(pending / MAX_SLICE), ids: pending, readUnits: listUnits(pending) });
}

function usageOf({ requests, ids, readUnits }: Record<'requests' | 'ids' | 'readUnits', number>): TickUsage {
  const further = requests - 1;
  const milliseconds =
    A.tickMilliseconds + ids * A.tickMillisecondsPerPayment + further * A.tickMillisecondsPerFurtherRequest;
  return {
    seconds: milliseconds / 1000,
    readUnits,
    requests,
    outboundBytes: requests * A.requestBytes + ids * A.requestBytesPerPayment,
    logBytes: A.logBytesPerTick + further * A.logBytesPerFurtherRequest,
  };
}

/** Newcomers are among the payments, but a separate query lists them. */
function listUnits(pending: number): number {
  return readUnitsOfQuery(0) + readUnitsOfQuery(pending * A.indexEntryBytes);
}

/** A page of a query has at most this many bytes. */
const PAGE_BYTES = 2 ** 20;

/** Eventually consistent: half a unit for each 4 KB of a page. */
function readUnitsOfQuery(bytes: number): number {
  const pages = Math.floor(bytes / PAGE_BYTES);
  return 0.5 * (pages + Math.max(1, Math.ceil(bytes / 4096)));
}

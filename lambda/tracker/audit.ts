import type { CheckContext } from './check-context.ts';
import { type AuditState, knownBulkList } from './control-state.ts';
import { SourceLooksWrongError, type TrackerError } from './errors.ts';
import { type FetchResult, fetchRecords } from './fetch-records.ts';
import { isDue } from './interval.ts';
import { nameOf } from './payment.ts';
import type { PendingPayment } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation, reconcile } from './reconcile.ts';
import { firstLeft, IDS_PER_GET } from './sweep.ts';

/** The most payments that one tick audits. The response holds a row for each, unlike that of a sweep. */
export const MAX_SLICE = 5000;

/**
 * A running audit gets the time that is left when the sweep's slice is answered. If the sweep always uses all the time, one
 * tick in this many reserves some for the audit. The same holds for the walk through the payments that are given up. Where
 * the sweep takes several ticks, only these ticks have a slice of the audit: it is not urgent, and its answers are large.
 */
export const TICKS_TO_KEEP_TIME = 8;

/** When this many records, and more than half of those asked for, are absent, the table is wrong and not the payments. */
const MIN_MISSED_RECORDS = 5;

/** The result of one tick's part of an audit. */
export interface AuditResult {
  readonly reconciliation: Reconciliation;
  readonly state: AuditState;
  readonly bulkList: FetchResult['bulkList'];
  readonly cutPages: number;
  readonly error?: TrackerError;
}

/**
 * The audit of this tick: the one that is running, or a new one when the last one began long enough ago. The first tick of
 * a tracker only starts the wait.
 *
 * @param every time between the starts of two audits, milliseconds
 */
export function currentAudit(audit: AuditState | undefined, now: number, every: number): AuditState {
  if (audit === undefined) return { number: 0, startedAt: now };
  if (audit.isRunning || !isDue(audit.startedAt, every, now)) return audit;
  const { batchSize } = audit;
  return { number: audit.number + 1, startedAt: now, isRunning: true, ...(batchSize && { batchSize }) };
}

/**
 * Asks which records of a slice of the pending payments exist. If a record is absent in three audits in a row, its payments
 * become missing.
 *
 * An audit that fails ends, and the next one begins at its usual time. What it has written stays.
 *
 * @param maxRequests the most requests, where each is a GET @default as many as the time allows
 */
export async function auditSlice(
  context: CheckContext,
  audit: AuditState,
  maxRequests?: number,
): Promise<AuditResult> {
  const {
    payments,
    source,
    clock,
    pacer,
    observe,
    control,
    now,
    askUntil,
    writeUntil,
    report,
    confirmedBefore,
    guard,
  } = context;
  const { number, startedAt, after, batchSize } = audit;
  const ended: AuditState = { number, startedAt };
  const limit = maxRequests === undefined ? MAX_SLICE : maxRequests * IDS_PER_GET;
  const { payments: listed, isLast } = await payments.list(after, limit);
  // A table says nothing about the payments of another one.
  const held = await guard.heldAmong(listed);
  const slice = listed.filter((payment) => !held.has(nameOf(payment)));
  const recordIds = [...new Set(slice.map(({ recordId }) => recordId))];
  const result = await fetchRecords([{ ids: recordIds, isolating: false }], {
    source,
    clock,
    pacer,
    want: 'existing',
    bulkList: knownBulkList(control.bulkList, now),
    maxBatchIds: MAX_SLICE,
    batchSize,
    acceptedId: control.acceptedId,
    maxRequests,
    deadline: askUntil,
    report,
  });
  const learned = { bulkList: result.bulkList, cutPages: result.cutPages };
  const size = result.batchSize && { batchSize: result.batchSize };
  const error = result.error ?? findingAboutTable(recordIds, result);
  if (error !== undefined) {
    return { reconciliation: NOTHING_RECONCILED, state: { ...ended, ...size }, error, ...learned };
  }
  const reconciliation = await reconcile(slice, result, {
    payments,
    clock,
    observe,
    by: 'tick',
    audit: number,
    now,
    deadline: writeUntil,
    confirmedBefore,
    guard,
  });
  const left = firstLeft(slice, result, reconciliation);
  const isPassed = left === slice.length;
  // Without progress the audit ends as if it had failed. The sweep isolates bad ids.
  const isOver = isPassed ? isLast : left === 0 && reconciliation.unfinished.size === 0;
  const last: PendingPayment | undefined = isPassed ? listed.at(-1) : (slice[left - 1] ?? after);
  return {
    reconciliation,
    state: isOver
      ? { ...ended, ...size }
      : { ...ended, isRunning: true, ...(last && { after: last }), ...size },
    ...learned,
    ...(reconciliation.error !== undefined && { error: reconciliation.error }),
  };
}

/** If most records are absent, the table is another one or not yet restored, and no payment must be given up. */
function findingAboutTable(
  recordIds: readonly string[],
  { answered, records }: FetchResult,
): SourceLooksWrongError | undefined {
  const asked = recordIds.filter((id) => answered.has(id));
  const missed = asked.filter((id) => !records.has(id)).length;
  if (missed < MIN_MISSED_RECORDS || missed <= asked.length / 2) return undefined;
  return new SourceLooksWrongError({
    operation: 'audit records',
    target: 'NocoDB table',
    problem: `${missed} of the ${asked.length} records asked for are not in the table, so nothing was given up`,
    hint: 'See whether NOCODB_TABLE_ID names the table that the payments are about, and whether its records were deleted or are being restored.',
  });
}

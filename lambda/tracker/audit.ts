import type { CheckContext } from './check-context.ts';
import { type AuditState, knownBulkList } from './control-state.ts';
import { SourceLooksWrongError, type TrackerError } from './errors.ts';
import { type FetchResult, fetchRecords } from './fetch-records.ts';
import type { PendingPayment } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation, reconcile } from './reconcile.ts';
import { firstLeft } from './sweep.ts';

/** How often an audit begins: 10 minutes, in milliseconds. */
export const AUDIT_EVERY = 10 * 60_000;

/** Payments that one tick audits. Unlike a sweep's, the answer is as large as the question. */
const MAX_SLICE = 5000;

/** An audit that misses this many records, and more than half of those it asked for, is about the table. */
const MIN_MISSED_RECORDS = 5;

/** What came of a tick's part of an audit. */
export interface AuditResult {
  readonly reconciliation: Reconciliation;
  readonly state: AuditState;
  readonly bulkList: FetchResult['bulkList'];
  readonly cutPages: number;
  readonly error?: TrackerError;
}

/**
 * The audit that a tick works on: the one under way, or a new one when the last one began long enough ago. The first tick
 * of all only starts that wait.
 *
 * @param every how often an audit begins, milliseconds
 */
export function currentAudit(audit: AuditState | undefined, now: number, every: number): AuditState {
  if (audit === undefined) return { number: 0, startedAt: now };
  if (audit.isRunning || now - audit.startedAt < every) return audit;
  const { batchSize } = audit;
  return { number: audit.number + 1, startedAt: now, isRunning: true, ...(batchSize && { batchSize }) };
}

/**
 * Asks for a slice of the pending payments which of their records exist. A record that is absent in three audits in a row
 * makes its payments missing.
 *
 * An audit that fails is dropped until its time comes again; what it has written stays.
 */
export async function auditSlice(context: CheckContext, audit: AuditState): Promise<AuditResult> {
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
  } = context;
  const { number, startedAt, after, batchSize } = audit;
  const ended: AuditState = { number, startedAt };
  const { payments: slice, isLast } = await payments.list(after, MAX_SLICE);
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
    paidAt: now,
    deadline: writeUntil,
    confirmedBefore,
  });
  const left = firstLeft(slice, result, reconciliation);
  // Where there is no getting on, the audit is dropped like one that failed: bad ids are isolated by the sweep.
  const isOver = (isLast && left === slice.length) || (left === 0 && reconciliation.unfinished.size === 0);
  const last: PendingPayment | undefined = slice[left - 1] ?? after;
  return {
    reconciliation,
    state: isOver
      ? { ...ended, ...size }
      : { ...ended, isRunning: true, ...(last && { after: last }), ...size },
    ...learned,
    ...(reconciliation.error !== undefined && { error: reconciliation.error }),
  };
}

/** Where most records are absent, it is the table that is wrong, or not yet restored: no payment is given up for it. */
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

import type { Clock } from './clock.ts';
import { TableWriteFailedError } from './errors.ts';
import type { Observer } from './events.ts';
import { paymentsOf } from './news.ts';
import { RECORD_ID_PATTERN } from './payment.ts';
import type { PendingPayments } from './pending-payments.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import type { SourceRecord } from './record-source.ts';
import { TableGuard, type WatchedPeriod, type WatchedTable } from './watched-table.ts';

/** Port: the total of confirmed payments, for people. */
export interface ConfirmationCount {
  addConfirmed(confirmed: number): Promise<void>;
}

/** Port: the tables that the tracker has watched, as ticks noted them. */
export interface WatchedTables {
  watched(): Promise<{ readonly watched?: readonly WatchedPeriod[] }>;
}

export interface ConfirmReportedDependencies {
  /** The table whose records are reported. */
  readonly table: WatchedTable;
  readonly watchedTables: WatchedTables;
  readonly payments: PendingPayments;
  readonly count: ConfirmationCount;
  readonly clock: Clock;
  readonly observe: Observer;
}

/** No write begins later than this after the report, milliseconds. */
const WRITES_BEGIN_WITHIN = 8_000;

/**
 * Confirms the payments of records that NocoDB reports, under the same rules as a tick: only a record that is paid and
 * belongs to the payment's user confirms it, and only once. What it misses, the next tick finds.
 *
 * @throws {TableWriteFailedError} when not everything could be written; what could, counts
 * @throws {TableUnavailableError}
 */
export async function confirmReported(
  reported: readonly SourceRecord[],
  { table, watchedTables, payments, count, clock, observe }: ConfirmReportedDependencies,
): Promise<Pick<Reconciliation, 'confirmed' | 'ownerMismatches'>> {
  const now = clock.now();
  // No payment has another kind of id, and DynamoDB would refuse the longest of them.
  const records = new Map(
    reported
      .filter(({ paid, recordId }) => paid && RECORD_ID_PATTERN.test(recordId))
      .map((record) => [record.recordId, record]),
  );
  const pending = await paymentsOf([...records.values()], payments);
  const { watched } = table.comparesOwners || pending.length === 0 ? {} : await watchedTables.watched();
  const findings = { records, answered: new Set<string>(), invalid: new Map<string, string>() };
  const { confirmed, ownerMismatches, unfinished, error } = await reconcile(pending, findings, {
    payments,
    clock,
    observe,
    by: 'webhook',
    audit: undefined,
    now,
    deadline: now + WRITES_BEGIN_WITHIN,
    guard: new TableGuard(watched, table, payments),
  });
  if (confirmed > 0) await count.addConfirmed(confirmed);
  if (error !== undefined) throw error;
  if (unfinished.size > 0) throw outOfTime(unfinished.size);
  return { confirmed, ownerMismatches };
}

function outOfTime(payments: number): TableWriteFailedError {
  return new TableWriteFailedError({
    operation: 'write payments',
    target: 'payments table',
    problem: `there was no time to write ${payments} payments`,
    hint: 'Nothing is lost: the next tick confirms them.',
  });
}

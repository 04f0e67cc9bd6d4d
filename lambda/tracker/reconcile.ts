import pMap from 'p-map';
import type { Clock } from './clock.ts';
import { TableWriteFailedError } from './errors.ts';
import type { Observer } from './events.ts';
import type { FetchResult } from './fetch-records.ts';
import type { ConfirmedBy, PaymentKey } from './payment.ts';
import type { PendingPayments } from './pending-payments.ts';

/** A payment is missing after this many consecutive audits without its record. */
export const MISSES_UNTIL_MISSING = 3;

/** Writes under way at once. DynamoDB answers in a few milliseconds, so this writes thousands a second. */
const CONCURRENT_WRITES = 32;

export interface ReconcileOptions {
  readonly payments: PendingPayments;
  readonly clock: Clock;
  readonly observe: Observer;
  /** What found the records: a tick or the webhook. */
  readonly by: ConfirmedBy;
  /** The number of the audit that the answer belongs to; absent when it is none. */
  readonly audit: number | undefined;
  /** The `paidAt` of confirmed payments, epoch milliseconds. */
  readonly paidAt: number;
  /** No write begins after this, epoch milliseconds. */
  readonly deadline: number;
  /**
   * The payments that this tick has confirmed, by {@link nameOf}. The index may still list them as pending, and a second
   * confirmation with the same `paidAt` could be taken for a repetition of the first. @default none
   */
  readonly confirmedBefore?: Set<string>;
}

/** The result of a reconciliation. */
export interface Reconciliation {
  readonly confirmed: number;
  readonly missing: number;
  readonly invalid: number;
  readonly ownerMismatches: number;
  /** Payments whose paid record has another owner, by {@link nameOf}. */
  readonly mismatched: ReadonlySet<string>;
  /** Payments that were confirmed or untracked by others meanwhile. */
  readonly gone: number;
  /** Payments that are no longer pending. By {@link nameOf}. */
  readonly done: ReadonlySet<string>;
  /** Payments whose result could not be written, by {@link nameOf}. The next tick repeats them. */
  readonly unfinished: ReadonlySet<string>;
  /** Set when writes failed. */
  readonly error: TableWriteFailedError | undefined;
}

/** The reconciliation of nothing. */
export const NOTHING_RECONCILED: Reconciliation = {
  confirmed: 0,
  missing: 0,
  invalid: 0,
  ownerMismatches: 0,
  mismatched: new Set(),
  gone: 0,
  done: new Set(),
  unfinished: new Set(),
  error: undefined,
};

/** The most events about payments with another owner in one tick. The payments return in every tick and would fill the log. */
const MISMATCHES_TOLD = 10;

type Outcome = 'confirmed' | 'missing' | 'invalid' | 'ownerMismatch' | 'gone' | 'unchanged';

/** Writes what the findings mean for each pending payment, confirmations first. Writes nothing where nothing changed. */
export async function reconcile(
  pending: readonly PaymentKey[],
  findings: Findings,
  options: ReconcileOptions,
): Promise<Reconciliation> {
  const verdicts = pending
    .map(({ userId, recordId }) => ({ userId, recordId }))
    .map((payment) => ({ payment, verdict: verdictOf(payment, findings, options.audit !== undefined) }))
    .filter(({ verdict }) => verdict.type !== 'wait')
    .sort((a, b) => Number(b.verdict.type === 'confirm') - Number(a.verdict.type === 'confirm'));
  const failures: unknown[] = [];
  const unfinished = new Set<string>();
  let mismatchesTold = 0;

  const write = async ({ payment, verdict }: { payment: PaymentKey; verdict: Verdict }): Promise<Outcome> => {
    if (verdict.type === 'ownerMismatch') {
      mismatchesTold += 1;
      if (mismatchesTold <= MISMATCHES_TOLD) {
        options.observe({ type: 'payment.ownerMismatch', payment, owner: verdict.owner });
      }
      return 'ownerMismatch';
    }
    if (options.confirmedBefore?.has(nameOf(payment))) return 'gone';
    if (options.clock.now() >= options.deadline) {
      unfinished.add(nameOf(payment));
      return 'unchanged';
    }
    try {
      const outcome = await carryOut(payment, verdict, options);
      if (outcome === 'confirmed') options.confirmedBefore?.add(nameOf(payment));
      return outcome;
    } catch (error) {
      failures.push(error);
      unfinished.add(nameOf(payment));
      return 'unchanged';
    }
  };
  const outcomes = await pMap(verdicts, write, { concurrency: CONCURRENT_WRITES });
  const isDone = (outcome: Outcome | undefined) => outcome !== 'unchanged' && outcome !== 'ownerMismatch';
  const namesWhere = (matches: (outcome: Outcome | undefined) => boolean) =>
    new Set(verdicts.filter((_, index) => matches(outcomes[index])).map(({ payment }) => nameOf(payment)));
  const mismatched = namesWhere((outcome) => outcome === 'ownerMismatch');
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  return {
    confirmed: count('confirmed'),
    missing: count('missing'),
    invalid: count('invalid'),
    ownerMismatches: mismatched.size,
    mismatched,
    gone: count('gone'),
    done: namesWhere(isDone),
    unfinished,
    error: writeError(failures),
  };
}

async function carryOut(
  payment: PaymentKey,
  verdict: Exclude<Verdict, { type: 'ownerMismatch' }>,
  options: ReconcileOptions,
): Promise<Outcome> {
  const { payments, observe, by, paidAt } = options;
  switch (verdict.type) {
    case 'confirm':
      if (!(await payments.confirm(payment, paidAt))) return 'gone';
      observe({ type: 'payment.confirmed', payment, paidAt, by });
      return 'confirmed';
    case 'invalid':
      if (!(await payments.markInvalid(payment, verdict.reason))) return 'gone';
      observe({ type: 'payment.invalid', payment, reason: verdict.reason });
      return 'invalid';
    case 'miss':
      return miss(payment, options);
    case 'wait':
      return 'unchanged';
  }
}

async function miss(
  payment: PaymentKey,
  { payments, observe, audit = 0 }: ReconcileOptions,
): Promise<Outcome> {
  const misses = await payments.noteMiss(payment, audit);
  if (misses === 0) return 'gone';
  if (misses < MISSES_UNTIL_MISSING) return 'unchanged';
  if (!(await payments.markMissing(payment))) return 'gone';
  observe({ type: 'payment.missing', payment });
  return 'missing';
}

function writeError(failures: readonly unknown[]): TableWriteFailedError | undefined {
  if (failures.length === 0) return undefined;
  return new TableWriteFailedError({
    operation: 'write payments',
    target: 'payments table',
    problem: `${failures.length} of the payments could not be written`,
    hint: 'Nothing is lost: the next tick repeats them. If it persists, look at the throttles of the table.',
    cause: failures[0],
  });
}

/** A payment as one text, which is unique because user ids have no white space. */
export function nameOf({ userId, recordId }: PaymentKey): string {
  return `${userId} ${recordId}`;
}

/** What is known about records: the part of a fetch result on which payments depend. */
export type Findings = Pick<FetchResult, 'records' | 'answered' | 'invalid'>;

/** What the findings mean for one payment. */
export type Verdict =
  | { readonly type: 'confirm' }
  | { readonly type: 'ownerMismatch'; readonly owner: string | null }
  | { readonly type: 'invalid'; readonly reason: string }
  | { readonly type: 'miss' }
  | { readonly type: 'wait' };

/**
 * Decides about a payment. Only its own record, if it is paid and belongs to its user, confirms it.
 *
 * @param audit whether the findings are about existence: only then does the absence of a record mean something
 */
export function verdictOf(payment: PaymentKey, findings: Findings, audit: boolean): Verdict {
  const reason = findings.invalid.get(payment.recordId);
  if (reason !== undefined) return { type: 'invalid', reason };
  const record = findings.records.get(payment.recordId);
  if (record === undefined) {
    return { type: audit && findings.answered.has(payment.recordId) ? 'miss' : 'wait' };
  }
  if (!record.paid) return { type: 'wait' };
  if (record.owner !== undefined && record.owner?.trim() !== payment.userId) {
    return { type: 'ownerMismatch', owner: record.owner };
  }
  return { type: 'confirm' };
}

import pMap from 'p-map';
import type { Clock } from './clock.ts';
import { TableWriteFailedError } from './errors.ts';
import type { Observer } from './events.ts';
import type { FetchResult } from './fetch-records.ts';
import { type ConfirmedBy, nameOf, type PaymentKey } from './payment.ts';
import { isGivenUp, type PendingPayment, type PendingPayments } from './pending-payments.ts';
import type { SourceRecord } from './record-source.ts';
import type { TableGuard } from './watched-table.ts';

/** A payment is missing after this many consecutive audits without its record. */
export const MISSES_UNTIL_MISSING = 3;

/**
 * Writes under way at once. With 32, the function's processor is the limit: measured 112 confirmations a second at 512 MB,
 * 222 at 1,024 MB and 462 at 1,769 MB (test/bench/README.md).
 */
const CONCURRENT_WRITES = 32;

export interface ReconcileOptions {
  readonly payments: PendingPayments;
  readonly clock: Clock;
  readonly observe: Observer;
  /** What found the records: a tick or the webhook. */
  readonly by: ConfirmedBy;
  /** The number of the audit that the answer belongs to; absent when it is none. */
  readonly audit: number | undefined;
  /** The `paidAt` of confirmed payments and the `givenUpAt` of others, epoch milliseconds. */
  readonly now: number;
  /** No write begins after this, epoch milliseconds. */
  readonly deadline: number;
  /**
   * The payments that this tick has confirmed, by {@link nameOf}. The index may still list them as pending, and a second
   * confirmation with the same `paidAt` could be taken for a repetition of the first. @default none
   */
  readonly confirmedBefore?: Set<string>;
  /** Knows which payments are held. Nothing is written about them. */
  readonly guard: TableGuard;
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

type Outcome = 'confirmed' | 'revived' | 'missing' | 'invalid' | 'ownerMismatch' | 'gone' | 'unchanged';

/** Writes what the findings mean for each payment, confirmations first. Writes nothing where nothing changed. */
export async function reconcile(
  payments: readonly Listed[],
  findings: Findings,
  options: ReconcileOptions,
): Promise<Reconciliation> {
  const found = payments
    .map((payment) => ({ payment, verdict: verdictOf(payment, findings, options.audit !== undefined) }))
    .filter(({ verdict }) => verdict.type !== 'wait');
  const held = await options.guard.heldAmong(found.map(({ payment }) => payment));
  const verdicts = found
    .filter(({ payment }) => !held.has(nameOf(payment)))
    .sort((a, b) => Number(b.verdict.type === 'confirm') - Number(a.verdict.type === 'confirm'));
  const failures: unknown[] = [];
  const unfinished = new Set<string>();
  let mismatchesTold = 0;

  const write = async ({ payment, verdict }: { payment: Listed; verdict: Verdict }): Promise<Outcome> => {
    if (verdict.type === 'ownerMismatch') {
      mismatchesTold += 1;
      if (mismatchesTold <= MISMATCHES_TOLD) {
        options.observe({ type: 'payment.ownerMismatch', payment: keyOf(payment), owner: verdict.owner });
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
  const isDone = (outcome: Outcome | undefined) => outcome !== undefined && !STAYS.has(outcome);
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

/** Outcomes after which a payment is still pending, or pending again. */
const STAYS: ReadonlySet<Outcome> = new Set(['unchanged', 'ownerMismatch', 'revived']);

async function carryOut(
  listed: Listed,
  verdict: Exclude<Verdict, { type: 'ownerMismatch' }>,
  options: ReconcileOptions,
): Promise<Outcome> {
  const { payments, observe, by, now, guard } = options;
  const payment = keyOf(listed);
  switch (verdict.type) {
    case 'confirm':
      // Whoever follows the table sees every paid payment become paid from pending.
      if (isGivenUp(listed) && !(await payments.revive(payment))) return 'gone';
      if (!(await payments.confirm(payment, now, guard.spans))) return 'gone';
      observe({ type: 'payment.confirmed', payment, paidAt: now, by });
      return 'confirmed';
    case 'revive':
      if (!(await payments.revive(payment))) return 'gone';
      observe({ type: 'payment.revived', payment });
      return 'revived';
    case 'invalid':
      if (!(await payments.markInvalid(payment, verdict.reason, now))) return 'gone';
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
  { payments, observe, audit = 0, now }: ReconcileOptions,
): Promise<Outcome> {
  const misses = await payments.noteMiss(payment, audit);
  if (misses === 0) return 'gone';
  if (misses < MISSES_UNTIL_MISSING) return 'unchanged';
  if (!(await payments.markMissing(payment, now))) return 'gone';
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

/** A payment, with its partition of the index if it may be given up. */
type Listed = PaymentKey & Partial<Pick<PendingPayment, 'partition'>>;

function keyOf({ userId, recordId }: Listed): PaymentKey {
  return { userId, recordId };
}

/** What is known about records: the part of a fetch result on which payments depend. */
export type Findings = Pick<FetchResult, 'records' | 'answered' | 'invalid'>;

/** What the findings mean for one payment. */
export type Verdict =
  | { readonly type: 'confirm' }
  /** A payment that is given up becomes pending. */
  | { readonly type: 'revive' }
  | { readonly type: 'ownerMismatch'; readonly owner: string | null }
  | { readonly type: 'invalid'; readonly reason: string }
  | { readonly type: 'miss' }
  | { readonly type: 'wait' };

/**
 * Decides about a payment. Only its own record, if it is paid and belongs to its user, confirms it. If it is given up, only
 * its own record, paid or not, makes it pending again.
 *
 * @param audit whether the findings are about existence: only then does the absence of a record mean something
 */
export function verdictOf(payment: Listed, findings: Findings, audit: boolean): Verdict {
  if (isGivenUp(payment)) return verdictOfGivenUp(payment, findings);
  const reason = findings.invalid.get(payment.recordId);
  if (reason !== undefined) return { type: 'invalid', reason };
  const record = findings.records.get(payment.recordId);
  if (record === undefined) {
    return { type: audit && findings.answered.has(payment.recordId) ? 'miss' : 'wait' };
  }
  if (!record.paid) return { type: 'wait' };
  return belongsTo(payment, record)
    ? { type: 'confirm' }
    : { type: 'ownerMismatch', owner: record.owner ?? null };
}

function verdictOfGivenUp(payment: PaymentKey, { records }: Findings): Verdict {
  const record = records.get(payment.recordId);
  if (record === undefined || !belongsTo(payment, record)) return { type: 'wait' };
  return { type: record.paid ? 'confirm' : 'revive' };
}

function belongsTo({ userId }: PaymentKey, { owner }: SourceRecord): boolean {
  return owner === undefined || owner?.trim() === userId;
}

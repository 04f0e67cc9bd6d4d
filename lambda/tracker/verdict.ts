import type { RecordAnswer } from './ask-records.ts';
import type { PaymentKey } from './payment.ts';

/** What is known of records: the part of an answer that payments are judged by. */
export type Findings = Pick<RecordAnswer, 'records' | 'answered' | 'invalid'>;

/** What findings mean for one payment. */
export type Verdict =
  | { readonly type: 'confirm' }
  | { readonly type: 'ownerMismatch'; readonly owner: string | null }
  | { readonly type: 'invalid'; readonly reason: string }
  | { readonly type: 'miss' }
  | { readonly type: 'wait' };

/**
 * Judges a payment. Only its own record, seen paid and belonging to its user, confirms it.
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

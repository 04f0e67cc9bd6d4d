import type { Payment } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';
import { wholeDataAge } from './stats.ts';

/** What is known about a payment. */
export interface StatusResult {
  /**
   * - `pending`: not paid as far as is known; the tracker watches it.
   * - `paid`: paid. Final.
   * - `missing`: NocoDB has no such record (any more); not watched. Tracking it again renews it.
   * - `invalid`: NocoDB refuses the record id, see `reason`; not watched. Tracking it again renews it.
   * - `untracked`: never tracked, untracked, or expired.
   */
  readonly state: 'pending' | 'paid' | 'missing' | 'invalid' | 'untracked';
  /** The payment's record; absent when no record was named and the user has no payment. */
  readonly recordId?: string;
  /** When the tracker learned that it is paid. */
  readonly paidAt?: Date;
  /** When it was last tracked. */
  readonly trackedAt?: Date;
  /** Why NocoDB refuses the record id. */
  readonly reason?: string;
  /** The state is at least as fresh as that, whole seconds; `null` before the first successful tick. */
  readonly dataAgeSeconds: number | null;
}

/**
 * The status of a payment that may not be there.
 *
 * @param recordId what was asked for, if a record was named
 * @param now epoch milliseconds
 */
export function toStatus(
  payment: Payment | undefined,
  recordId: string | undefined,
  control: Control,
  now: number,
): StatusResult {
  const age = { dataAgeSeconds: wholeDataAge(control, now) };
  if (payment === undefined) {
    return { state: 'untracked', ...(recordId !== undefined && { recordId }), ...age };
  }
  const { status, trackedAt, paidAt, reason } = payment;
  return {
    state: status,
    recordId: payment.recordId,
    trackedAt: new Date(trackedAt),
    ...(paidAt !== undefined && { paidAt: new Date(paidAt) }),
    ...(reason !== undefined && { reason }),
    ...age,
  };
}

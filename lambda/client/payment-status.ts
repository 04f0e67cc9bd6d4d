import type { Payment } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';
import { wholeDataAge } from './stats.ts';

/** The status of a payment. */
export interface StatusResult {
  /**
   * - `pending`: not paid as of the last tick; the tracker asks for it in every tick.
   * - `paid`: paid. Final.
   * - `missing`: NocoDB has no such record, or no longer. The tracker asks for it once an hour, and it is pending again when
   *   the record is there. Tracking it again renews it at once.
   * - `invalid`: NocoDB refuses the record id, see `reason`. Otherwise like `missing`.
   * - `untracked`: never tracked, untracked, or expired.
   */
  readonly state: 'pending' | 'paid' | 'missing' | 'invalid' | 'untracked';
  /** The payment's record; absent without a record id when the user has no payment. */
  readonly recordId?: string;
  /** When the tracker learned that it is paid. */
  readonly paidAt?: Date;
  /** When it was last tracked. */
  readonly trackedAt?: Date;
  /** When it became missing or invalid. */
  readonly givenUpAt?: Date;
  /** Why NocoDB refuses the record id. */
  readonly reason?: string;
  /** Age of the data in whole seconds: the state is at least this fresh. `null` before the first successful tick. */
  readonly dataAgeSeconds: number | null;
}

/**
 * Makes the status of a payment that may not exist.
 *
 * @param recordId the record id of the request, if it had one
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
  const { status, trackedAt, paidAt, givenUpAt, reason } = payment;
  return {
    state: status,
    recordId: payment.recordId,
    trackedAt: new Date(trackedAt),
    ...(paidAt !== undefined && { paidAt: new Date(paidAt) }),
    ...(givenUpAt !== undefined && { givenUpAt: new Date(givenUpAt) }),
    ...(reason !== undefined && { reason }),
    ...age,
  };
}

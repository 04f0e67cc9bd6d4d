import type { ConfirmedBy } from '../tracker/payment.ts';

/** What rules on the bus match, in addition to the tracker's name in the detail. */
export const PAYMENT_CONFIRMED = { source: 'payment-tracker', detailType: 'PaymentConfirmed' } as const;

/**
 * The detail of the event about a confirmed payment. It is a contract: `payment-confirmed.schema.json` describes it for
 * programs in other languages. Fields may be added; none is removed or changes its meaning.
 *
 * The event is delivered at least once: usually once, and again after a failure. A subscriber that must not act twice
 * stores the idempotency key.
 */
export interface PaymentConfirmed {
  readonly userId: string;
  readonly recordId: string;
  /** When the tracker learned that it is paid: ISO 8601 in UTC, with milliseconds. */
  readonly paidAt: string;
  /** Absent when something other than the tracker wrote the payment. */
  readonly confirmedBy?: ConfirmedBy;
  readonly trackerName: string;
  /**
   * The same in every event about this user and record, and in no other: also when the payment expired, was tracked again
   * and is confirmed again. `paidAt` tells such confirmations apart. Up to 1700 ASCII characters.
   */
  readonly idempotencyKey: string;
}

/** A paid payment as the table holds it. */
export interface ConfirmedPayment {
  readonly userId: string;
  readonly recordId: string;
  /** Epoch milliseconds. */
  readonly paidAt: number;
  readonly confirmedBy?: ConfirmedBy;
}

/**
 * Makes the event's detail.
 *
 * @param trackerName visible ASCII characters
 */
export function paymentConfirmed(payment: ConfirmedPayment, trackerName: string): PaymentConfirmed {
  const { userId, recordId, confirmedBy } = payment;
  const paidAt = new Date(payment.paidAt).toISOString();
  return {
    userId,
    recordId,
    paidAt,
    ...(confirmedBy !== undefined && { confirmedBy }),
    trackerName,
    // The names of trackers and users may contain slashes; encoded, two payments never have the same key.
    idempotencyKey: [trackerName, userId, recordId].map(encodeURIComponent).join('/'),
  };
}

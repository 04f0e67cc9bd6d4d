import type { ConfirmedBy } from '../tracker/payment.ts';

/** What rules on the bus look for, beside the tracker's name in the detail. */
export const PAYMENT_CONFIRMED = { source: 'payment-tracker', detailType: 'PaymentConfirmed' } as const;

/**
 * The detail of the event that tells that a payment was confirmed: a contract, as `payment-confirmed.schema.json` has it
 * for programs in other languages. Fields may be added; none is removed or changes its meaning.
 *
 * It is delivered at least once: as a rule once, but again after a fault on the way. Who must not act twice remembers
 * the idempotency key.
 */
export interface PaymentConfirmed {
  readonly userId: string;
  readonly recordId: string;
  /** When the tracker learned it: ISO 8601 in UTC, with milliseconds. */
  readonly paidAt: string;
  /** Absent: something else than the tracker wrote the payment. */
  readonly confirmedBy?: ConfirmedBy;
  readonly trackerName: string;
  /** The same in every delivery of the same confirmation, and in no other's. 1700 ASCII characters at the most. */
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

/** @param trackerName visible ASCII characters */
export function paymentConfirmed(payment: ConfirmedPayment, trackerName: string): PaymentConfirmed {
  const { userId, recordId, confirmedBy } = payment;
  const paidAt = new Date(payment.paidAt).toISOString();
  // Tracker and user may have slashes in their names; encoded, two different confirmations never share a key.
  const parts = [trackerName, userId, recordId].map(encodeURIComponent);
  return {
    userId,
    recordId,
    paidAt,
    ...(confirmedBy !== undefined && { confirmedBy }),
    trackerName,
    idempotencyKey: [...parts, paidAt].join('/'),
  };
}

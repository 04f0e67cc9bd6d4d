import type { PaymentKey } from './payment.ts';

/** Port: the payments that wait to be confirmed. Every write is conditional on the payment still being pending. */
export interface PendingPayments {
  /** All pending payments, ordered by record id. Eventually consistent. */
  list(): Promise<PaymentKey[]>;

  /**
   * Makes a pending payment paid.
   *
   * @returns false when it was not pending (any more): somebody else confirmed or untracked it
   */
  confirm(payment: PaymentKey, paidAt: number): Promise<boolean>;

  /**
   * Notes that an audit did not find the payment's record. Repeating it for the same audit changes nothing.
   *
   * @returns in how many audits in a row it was absent, this one included; 0 when it is not pending (any more)
   */
  noteMiss(payment: PaymentKey, audit: number): Promise<number>;

  /** Makes a pending payment missing: it is asked for no more. @returns false when it was not pending (any more) */
  markMissing(payment: PaymentKey): Promise<boolean>;

  /** Makes a pending payment invalid, with the server's reason. @returns false when it was not pending (any more) */
  markInvalid(payment: PaymentKey, reason: string): Promise<boolean>;
}

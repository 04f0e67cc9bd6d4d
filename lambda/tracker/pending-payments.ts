import type { PaymentKey } from './payment.ts';

/** A pending payment, and the partition of the index that lists it. */
export interface PendingPayment extends PaymentKey {
  /** {@link NEW_PARTITION}, or one of the partitions that records are spread over. */
  readonly partition: string;
}

/** The partition in which payments begin. Ticks move them out once they are answered, if there are many. */
export const NEW_PARTITION = 'new';

/** Some pending payments, in the order of the index. */
export interface PendingSlice {
  readonly payments: readonly PendingPayment[];
  /** Whether no payment follows them. */
  readonly isLast: boolean;
}

/**
 * Port: the pending payments. Lists are eventually consistent. Every write has the condition that the payment is still
 * pending.
 */
export interface PendingPayments {
  /**
   * A slice of all pending payments: those in {@link NEW_PARTITION} first, then partition by partition, each in the order
   * of record ids.
   *
   * @param after the slice begins after this payment, which need not be pending any more; `undefined`: at the beginning
   * @param limit the most payments to list
   */
  list(after: PendingPayment | undefined, limit: number): Promise<PendingSlice>;

  /** A slice of the payments in {@link NEW_PARTITION}, in the order of record ids. */
  listNew(after: PendingPayment | undefined, limit: number): Promise<PendingSlice>;

  /** The pending payments of a record. */
  ofRecord(recordId: string): Promise<PaymentKey[]>;

  /** Moves a payment out of {@link NEW_PARTITION}. @returns false if it is no longer pending, or not in it */
  moveFromNew(payment: PaymentKey): Promise<boolean>;

  /**
   * Makes a pending payment paid.
   *
   * @returns false if it is no longer pending, because it was confirmed or untracked meanwhile
   */
  confirm(payment: PaymentKey, paidAt: number): Promise<boolean>;

  /**
   * Notes that an audit did not find the payment's record. A repeat for the same audit changes nothing.
   *
   * @returns the number of consecutive audits that did not find it, including this one; 0 if it is no longer pending
   */
  noteMiss(payment: PaymentKey, audit: number): Promise<number>;

  /** Makes a pending payment missing. Ticks no longer ask for it. @returns false if it is no longer pending */
  markMissing(payment: PaymentKey): Promise<boolean>;

  /** Makes a pending payment invalid, with the server's reason. @returns false if it is no longer pending */
  markInvalid(payment: PaymentKey, reason: string): Promise<boolean>;
}

import type { PaymentKey } from './payment.ts';

/** A pending payment, and the partition of the index that lists it. */
export interface PendingPayment extends PaymentKey {
  /** {@link NEW_PARTITION}, or one of the partitions that records are spread over. */
  readonly partition: string;
}

/** The partition of the payments that were tracked since the last tick that moved what it had asked for. */
export const NEW_PARTITION = 'new';

/** Some of the pending payments, in the order of the index. */
export interface PendingSlice {
  readonly payments: readonly PendingPayment[];
  /** Whether nothing comes after them. */
  readonly isLast: boolean;
}

/**
 * Port: the payments that wait to be confirmed. Lists are eventually consistent; every write is conditional on the
 * payment still being pending.
 */
export interface PendingPayments {
  /**
   * A slice of all pending payments: those in {@link NEW_PARTITION} first, then partition by partition, each in the order
   * of record ids.
   *
   * @param after the slice begins behind this payment, whether it is still pending or not; `undefined`: at the beginning
   * @param limit the most payments to list
   */
  list(after: PendingPayment | undefined, limit: number): Promise<PendingSlice>;

  /** A slice of the payments in {@link NEW_PARTITION}, in the order of record ids. */
  listNew(after: PendingPayment | undefined, limit: number): Promise<PendingSlice>;

  /** The pending payments of a record. */
  ofRecord(recordId: string): Promise<PaymentKey[]>;

  /** Moves a payment out of {@link NEW_PARTITION}. @returns false when it was not pending (any more) */
  moveFromNew(payment: PaymentKey): Promise<boolean>;

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

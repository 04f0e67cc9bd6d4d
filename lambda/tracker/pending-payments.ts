import type { PaymentKey } from './payment.ts';

/** A payment that is pending or given up, and the partition of the index that lists it. */
export interface PendingPayment extends PaymentKey {
  /** {@link NEW_PARTITION}, one of the partitions that records are spread over, or one of {@link GIVEN_UP_PARTITIONS}. */
  readonly partition: string;
}

/** The partition in which payments begin. Ticks move them out once they are answered, if there are many. */
export const NEW_PARTITION = 'new';

/** The partitions of payments that are given up, by the reason. */
export const GIVEN_UP_PARTITIONS = ['missing', 'invalid'] as const;

export function isGivenUp({ partition }: Partial<Pick<PendingPayment, 'partition'>>): boolean {
  return GIVEN_UP_PARTITIONS.some((each) => each === partition);
}

/** A time from a moment until before another one, epoch milliseconds. Without `until` it has not ended. */
export interface TimeSpan {
  readonly from: number;
  readonly until?: number;
}

/** Some pending payments, in the order of the index. */
export interface PendingSlice {
  readonly payments: readonly PendingPayment[];
  /** Whether no payment follows them. */
  readonly isLast: boolean;
}

/**
 * Port: the payments that are not paid. Lists are eventually consistent. Every write has the condition that the payment is
 * still pending, except that of `revive`.
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

  /** A slice of the payments in {@link GIVEN_UP_PARTITIONS}, partition by partition, each in the order of record ids. */
  listGivenUp(after: PendingPayment | undefined, limit: number): Promise<PendingSlice>;

  /** The payments of a record that are pending or given up. */
  ofRecord(recordId: string): Promise<PendingPayment[]>;

  /**
   * When payments were tracked, epoch milliseconds, by `nameOf`. A payment that does not exist is left out. Eventually
   * consistent.
   */
  trackedAt(payments: readonly PaymentKey[]): Promise<ReadonlyMap<string, number>>;

  /** Moves a payment out of {@link NEW_PARTITION}. @returns false if it is no longer pending, or not in it */
  moveFromNew(payment: PaymentKey): Promise<boolean>;

  /**
   * Makes a pending payment paid.
   *
   * @param trackedIn it must have been tracked in one of these times; `undefined`: at any time
   * @returns false if it is no longer pending, because it was confirmed or untracked meanwhile
   */
  confirm(payment: PaymentKey, paidAt: number, trackedIn?: readonly TimeSpan[]): Promise<boolean>;

  /**
   * Notes that an audit did not find the payment's record. A repeat for the same audit changes nothing.
   *
   * @returns the number of consecutive audits that did not find it, including this one; 0 if it is no longer pending
   */
  noteMiss(payment: PaymentKey, audit: number): Promise<number>;

  /** Gives up a pending payment whose record is missing. @returns false if it is no longer pending */
  markMissing(payment: PaymentKey, now: number): Promise<boolean>;

  /** Gives up a pending payment whose record id the server refuses. @returns false if it is no longer pending */
  markInvalid(payment: PaymentKey, reason: string, now: number): Promise<boolean>;

  /** Makes a payment that is given up pending. @returns false if it is not given up any more */
  revive(payment: PaymentKey): Promise<boolean>;
}

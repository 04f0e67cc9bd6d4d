/**
 * The layout of the payments table: a contract. The stack creates keys, index and TTL after it, and programs in other
 * languages may write payments after it.
 *
 * | Item | pk | sk | Attributes |
 * |---|---|---|---|
 * | payment | `USER#<userId>` | `RECORD#<recordId>` | {@link PaymentItem} |
 * | control | `CONTROL` | `GATE` | see `control-item.ts` |
 */
export const LAYOUT = {
  /** Of the table; both strings. */
  partitionKey: 'pk',
  sortKey: 'sk',
  /** DynamoDB's TTL attribute: epoch seconds. */
  timeToLive: 'expiresAt',
  /**
   * The sparse index: keys only; both of its keys are strings. It holds exactly the pending payments, because only they
   * have a `shard`.
   */
  index: { name: 'pending', partitionKey: 'shard', sortKey: 'recordId' },
} as const;

/**
 * Version of the layout, kept as `layout` in the control item. It grows when an older tick would misread the table; a
 * tick refuses a table whose version is newer than its own.
 */
export const LAYOUT_VERSION = 1;

/** A payment as stored. */
export interface PaymentItem {
  /** `USER#<userId>` */
  readonly pk: string;
  /** `RECORD#<recordId>` */
  readonly sk: string;
  readonly userId: string;
  readonly recordId: string;
  readonly status: 'pending' | 'paid' | 'missing' | 'invalid';
  /** Epoch milliseconds. */
  readonly trackedAt: number;
  /** Epoch seconds. From then on the payment does not exist for readers, whether DynamoDB has deleted it or not. */
  readonly expiresAt: number;
  /** CRC-32 of the record id modulo the number of shards, as decimal text. Only while pending. */
  readonly shard?: string;
  /** Epoch milliseconds. Only on a paid payment. */
  readonly paidAt?: number;
  /** `tick` or `webhook`. Only on a paid payment. */
  readonly confirmedBy?: string;
  /** In how many audits in a row the record was absent, and the number of the last of them. */
  readonly misses?: number;
  readonly lastMissedAudit?: number;
  /** Why NocoDB refuses the record id. Only on an invalid payment. */
  readonly reason?: string;
}

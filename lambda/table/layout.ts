import { crc32 } from 'node:zlib';
import type { PaymentKey } from '../tracker/payment.ts';
import { type GIVEN_UP_PARTITIONS, NEW_PARTITION } from '../tracker/pending-payments.ts';

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
   * The sparse index: keys only; both of its keys are strings. It holds the payments that are not paid, because only they
   * have a `shard`: pending, missing and invalid ones in partitions of their own.
   */
  index: { name: 'pending', partitionKey: 'shard', sortKey: 'recordId' },
} as const;

/**
 * The first version whose ticks list {@link NEW_PARTITION}. Those before it list only the partitions that records are spread
 * over.
 */
export const FIRST_LAYOUT_WITH_NEW = 2;

/**
 * Version of the layout, kept as `layout` in the control item. It grows when an older tick would misread the table; a
 * tick refuses a table whose version is newer than its own.
 */
export const LAYOUT_VERSION = 2;

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
  /**
   * The partition of the index: `new` when a payment is tracked; a number as decimal text (CRC-32 of the record id modulo
   * the number of shards) once a tick has moved it; `missing` or `invalid` while it is. Not on a paid payment.
   */
  readonly shard?: string;
  /** Epoch milliseconds. Only on a paid payment. */
  readonly paidAt?: number;
  /** `tick` or `webhook`. Only on a paid payment. */
  readonly confirmedBy?: string;
  /** In how many audits in a row the record was absent, and the number of the last of them. */
  readonly misses?: number;
  readonly lastMissedAudit?: number;
  /** When it became missing or invalid, epoch milliseconds. */
  readonly givenUpAt?: number;
  /** Why NocoDB refuses the record id. Only on an invalid payment. */
  readonly reason?: string;
}

/** What the partition keys of payments begin with: the leading keys that a bot's permissions cover. */
export const USER_PREFIX = 'USER#';

/** What the sort keys of payments begin with. */
export const RECORD_PREFIX = 'RECORD#';

/** Partition key of the control item. */
export const CONTROL_PARTITION = 'CONTROL';

/** Key of the control item: the gate, and what the ticks remember and count. */
export const CONTROL_KEY = { pk: CONTROL_PARTITION, sk: 'GATE' } as const;

/** Partition key of a user's payments. */
export function userPartition(userId: string): string {
  return USER_PREFIX + userId;
}

/** Key of a payment's item. */
export function paymentKey({ userId, recordId }: PaymentKey) {
  return { pk: userPartition(userId), sk: RECORD_PREFIX + recordId };
}

/** The user whose payments a partition holds. */
export function userIdOf(partition: string): string {
  return partition.slice(USER_PREFIX.length);
}

/**
 * The index partition that a record's pending payments are in, once they were asked for. CRC-32 spreads them.
 *
 * @param shards how many partitions there are
 */
export function partitionOf(recordId: string, shards: number): string {
  return String(crc32(recordId) % shards);
}

/** The values of the conditions about {@link GIVEN_UP_PARTITIONS}. */
export const GIVEN_UP_VALUES = { ':missing': 'missing', ':invalid': 'invalid' } as const satisfies Record<
  `:${string}`,
  (typeof GIVEN_UP_PARTITIONS)[number]
>;

/** The partitions of pending payments, in the order in which a sweep goes through them. */
export function partitionsOf(shards: number): string[] {
  return [NEW_PARTITION, ...Array.from({ length: shards }, (_, shard) => String(shard))];
}

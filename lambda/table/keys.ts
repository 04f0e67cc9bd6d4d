import { crc32 } from 'node:zlib';
import type { PaymentKey } from '../tracker/payment.ts';

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
 * The index partition that a record's pending payments are in. CRC-32, because every language has it
 * (`zlib.crc32(b"42") % shards` in Python).
 */
export function shardOf(recordId: string, shards: number): string {
  return String(crc32(recordId) % shards);
}

/** All partitions of the index. */
export function allShards(shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => String(shard));
}

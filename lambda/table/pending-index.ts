import type { PaymentKey } from '../tracker/payment.ts';
import type { DocumentTable, Item } from './document-table.ts';
import { allShards, LAYOUT, shardOf, userIdOf } from './layout.ts';

/**
 * All pending payments, by record id (code units, as DynamoDB sorts them), then by user id. Eventually consistent.
 *
 * @param shards how many partitions the index has; they are read at the same time
 * @throws {TableUnavailableError}
 */
export async function listPending(table: DocumentTable, shards: number): Promise<PaymentKey[]> {
  const pending: PaymentKey[] = [];
  await Promise.all(allShards(shards).map((shard) => collect(table, shard, pending)));
  return pending.sort(byRecord);
}

/**
 * The pending payments of one record. Eventually consistent.
 *
 * @param shards how many partitions the index has
 * @throws {TableUnavailableError}
 */
export async function listPendingOf(
  table: DocumentTable,
  recordId: string,
  shards: number,
): Promise<PaymentKey[]> {
  const pages = table.query({
    operation: 'list pending payments of a record',
    index: LAYOUT.index.name,
    condition: '#shard = :shard AND #recordId = :recordId',
    projection: '#pk, #recordId',
    values: { ':shard': shardOf(recordId, shards), ':recordId': recordId },
  });
  const pending: PaymentKey[] = [];
  for await (const items of pages) pending.push(...items.map(toKey));
  return pending;
}

async function collect(table: DocumentTable, shard: string, into: PaymentKey[]): Promise<void> {
  const pages = table.query({
    operation: 'list pending payments',
    index: LAYOUT.index.name,
    condition: '#shard = :shard',
    // The user id is read from the key: 100,000 payments need nothing else of an item.
    projection: '#pk, #recordId',
    values: { ':shard': shard },
  });
  for await (const items of pages) {
    // One by one: a page may hold more than a call takes arguments.
    for (const item of items) into.push(toKey(item));
  }
}

function toKey({ pk, recordId }: Item): PaymentKey {
  return { userId: userIdOf(pk as string), recordId: recordId as string };
}

function byRecord(a: PaymentKey, b: PaymentKey): number {
  return compare(a.recordId, b.recordId) || compare(a.userId, b.userId);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

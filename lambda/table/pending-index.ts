import type { PaymentKey } from '../tracker/payment.ts';
import {
  GIVEN_UP_PARTITIONS,
  NEW_PARTITION,
  type PendingPayment,
  type PendingSlice,
} from '../tracker/pending-payments.ts';
import type { DocumentTable, Item, ItemQuery } from './document-table.ts';
import { LAYOUT, partitionOf, paymentKey, userIdOf } from './layout.ts';

/**
 * A slice of the pending payments, partition by partition, each in the order of record ids (code units, as DynamoDB sorts
 * them). Eventually consistent.
 *
 * @param partitions the partitions to read, in this order
 * @param after the slice begins after this payment; absent: at the beginning
 * @param limit the most payments to list
 * @throws {TableUnavailableError}
 */
export async function listSlice(
  table: DocumentTable,
  partitions: readonly string[],
  after: PendingPayment | undefined,
  limit: number,
): Promise<PendingSlice> {
  const payments: PendingPayment[] = [];
  const begin = after === undefined ? 0 : Math.max(0, partitions.indexOf(after.partition));
  for (const partition of partitions.slice(begin)) {
    const pages = table.query({
      ...queryOf(partition),
      ...(after?.partition === partition && { startKey: indexKey(after) }),
      // One more than asked for tells whether there are more.
      limit: limit + 1 - payments.length,
    });
    for await (const items of pages) {
      // One by one: a page may hold more than a call takes arguments.
      for (const item of items) payments.push({ ...toKey(item), partition });
    }
    if (payments.length > limit) return { payments: payments.slice(0, limit), isLast: false };
  }
  return { payments, isLast: true };
}

/**
 * All payments in some partitions, in any order. Eventually consistent.
 *
 * @param partitions all of them are read at the same time
 * @throws {TableUnavailableError}
 */
export async function listAll(table: DocumentTable, partitions: readonly string[]): Promise<PaymentKey[]> {
  const lists = partitions.map(async (partition) => {
    const found: PaymentKey[] = [];
    for await (const items of table.query(queryOf(partition)))
      for (const item of items) found.push(toKey(item));
    return found;
  });
  return (await Promise.all(lists)).flat();
}

/**
 * The payments of one record that are pending or given up. Eventually consistent.
 *
 * @param shards how many partitions records are spread over
 * @throws {TableUnavailableError}
 */
export async function listOfRecord(
  table: DocumentTable,
  recordId: string,
  shards: number,
): Promise<PendingPayment[]> {
  const partitions = [NEW_PARTITION, partitionOf(recordId, shards), ...GIVEN_UP_PARTITIONS];
  const lists = partitions.map(async (partition) => {
    const pages = table.query({
      operation: 'list payments of a record',
      index: LAYOUT.index.name,
      condition: '#shard = :shard AND #recordId = :recordId',
      projection: '#pk, #recordId',
      values: { ':shard': partition, ':recordId': recordId },
    });
    const found: PendingPayment[] = [];
    for await (const items of pages) found.push(...items.map((item) => ({ ...toKey(item), partition })));
    return found;
  });
  return (await Promise.all(lists)).flat();
}

/** The query for everything in a partition. */
function queryOf(partition: string): ItemQuery {
  return {
    operation: 'list pending payments',
    index: LAYOUT.index.name,
    condition: '#shard = :shard',
    // The user id is read from the key: nothing else of an item is needed.
    projection: '#pk, #recordId',
    values: { ':shard': partition },
  };
}

/** Where a payment stands in the index, whether it is still there or not. */
function indexKey(payment: PendingPayment): Record<string, string> {
  const { partitionKey, sortKey } = LAYOUT.index;
  return { ...paymentKey(payment), [partitionKey]: payment.partition, [sortKey]: payment.recordId };
}

function toKey({ pk, recordId }: Item): PaymentKey {
  return { userId: userIdOf(pk as string), recordId: recordId as string };
}

import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { partitionOf, paymentKey } from '../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import type { PaymentKey } from '../../lambda/tracker/payment.ts';
import type { PendingPayment } from '../../lambda/tracker/pending-payments.ts';
import { createPaymentTable, type PaymentTable } from './support/payment-table.ts';

const NOW = Date.UTC(2026, 0, 1);
const PAYMENT = { userId: '12345', recordId: '17' };

async function prepare({ shards = 1 } = {}) {
  const table = await createPaymentTable();
  const store = new DynamoPaymentStore({ ...table, shards });
  const payments = new DynamoPendingPayments({ ...table, shards, confirmedBy: 'tick' });
  const track = async (keys: readonly PaymentKey[]) => {
    for (const key of keys) await store.track(key, NOW);
  };
  const move = async (keys: readonly PaymentKey[]) => {
    for (const key of keys) expect(await payments.moveFromNew(key)).toBe(true);
  };
  return { table, store, payments, track, move };
}

/** Payments of as many users, with record ids that sort like the numbers. */
function keysOf(count: number): PaymentKey[] {
  return Array.from({ length: count }, (_, index) => ({ userId: `${index}`, recordId: `${100 + index}` }));
}

function inNew(key: PaymentKey): PendingPayment {
  return { ...key, partition: 'new' };
}

function byPartition(keys: readonly PaymentKey[], shards: number): PendingPayment[] {
  const payments = keys.map((key) => ({ ...key, partition: partitionOf(key.recordId, shards) }));
  return payments.sort((a, b) => Number(a.partition) - Number(b.partition));
}

test('lists what is pending, ordered by record id, and nothing else', async () => {
  const { table, payments, track } = await prepare();
  const keys = [
    { userId: '2', recordId: '9' },
    { userId: '1', recordId: '10' },
    { userId: '1', recordId: '9' },
    { userId: 'жанна', recordId: 'rec_Z' },
  ] as const;
  await track(keys);
  await table.putPayment({ userId: '7', recordId: '77' }, { status: 'paid', expiresAt: NOW });

  const listed = await payments.list(undefined, 100);

  expect(listed).toEqual({ payments: [keys[1], keys[2], keys[0], keys[3]].map(inNew), isLast: true });
});

test('lists all partitions of the index: the new payments first, then one partition after another', async () => {
  const { payments, track, move } = await prepare({ shards: 3 });
  const keys = keysOf(30);
  await track([...keys].reverse());
  await move(keys.slice(5));

  const listed = await payments.list(undefined, 100);

  const moved = byPartition(keys.slice(5), 3);
  expect(listed).toEqual({ payments: [...keys.slice(0, 5).map(inNew), ...moved], isLast: true });
  expect(new Set(moved.map(({ partition }) => partition))).toEqual(new Set(['0', '1', '2']));
});

test('lists every page of a partition', async () => {
  const { table, payments } = await prepare();
  // An item of the index is about 300 bytes, a page of DynamoDB 1 MB.
  const keys = Array.from({ length: 5000 }, (_, i) => ({
    userId: `${i}`.padStart(120, 'u'),
    recordId: `${i}`.padStart(60, '0'),
  }));
  await putPending(table, keys);

  const listed = await payments.list(undefined, 5000);

  expect(listed).toEqual({ payments: keys.map((key) => ({ ...key, partition: '0' })), isLast: true });
});

test.for([1, 2, 7, 29, 30, 31])('slices of %i make the whole list, each payment once', async (limit) => {
  const { payments, track, move } = await prepare({ shards: 3 });
  const keys = keysOf(30);
  await track(keys);
  await move(keys.slice(5));
  const all = [...keys.slice(0, 5).map(inNew), ...byPartition(keys.slice(5), 3)];

  const slices = [await payments.list(undefined, limit)];
  while (slices.at(-1)?.isLast === false) {
    slices.push(await payments.list(slices.at(-1)?.payments.at(-1), limit));
  }

  expect(slices.flatMap((slice) => slice.payments)).toEqual(all);
  expect(slices.slice(0, -1).every((slice) => slice.payments.length === limit)).toBe(true);
  // The last slice holds something: its end is known without another request.
  expect(slices).toHaveLength(Math.ceil(all.length / limit));
});

test('two payments of the same record are listed in different slices', async () => {
  const { payments, track } = await prepare();
  const keys = ['1', '2', '3'].map((userId) => ({ userId, recordId: '17' }));
  await track(keys);

  const first = await payments.list(undefined, 2);
  const second = await payments.list(first.payments.at(-1), 2);

  expect([first.isLast, second.isLast]).toEqual([false, true]);
  const users = [...first.payments, ...second.payments].map(({ userId }) => userId);
  expect(users.toSorted()).toEqual(['1', '2', '3']);
});

test.for([
  ['confirmed', 'new'],
  ['untracked', '0'],
  ['moved to another partition', 'new'],
] as const)('a slice begins behind a payment that was %s', async ([end, partition]) => {
  const { store, payments, track, move } = await prepare();
  const keys = keysOf(5);
  await track(keys);
  if (partition === '0') await move(keys);
  const { payments: passed } = await payments.list(undefined, 3);
  const last = passed.at(-1) as PendingPayment;
  if (end === 'confirmed') await payments.confirm(last, NOW);
  else if (end === 'untracked') await store.untrack(last, NOW);
  else await move([last]);

  const rest = await payments.list(last, 10);

  const behind = keys.slice(3).map((key) => ({ ...key, partition }));
  // What was moved behind the slice is listed again.
  const moved = end === 'moved to another partition' ? [{ ...last, partition: '0' }] : [];
  expect(rest).toEqual({ payments: [...behind, ...moved], isLast: true });
});

test('a slice behind the last payment is empty and the last', async () => {
  const { payments, track } = await prepare({ shards: 2 });
  await track([PAYMENT]);

  expect(await payments.list(inNew(PAYMENT), 10)).toEqual({ payments: [], isLast: true });
});

test('a slice behind a payment of a partition that no longer exists begins at the beginning', async () => {
  const { payments, track } = await prepare({ shards: 1 });
  await track([PAYMENT]);

  const listed = await payments.list({ userId: '1', recordId: '99', partition: '4' }, 10);

  expect(listed).toEqual({ payments: [inNew(PAYMENT)], isLast: true });
});

test('lists new payments in slices, and none of the other partitions', async () => {
  const { payments, track, move } = await prepare({ shards: 3 });
  const keys = keysOf(6);
  await track(keys);
  await move(keys.slice(4));

  const first = await payments.listNew(undefined, 3);
  const second = await payments.listNew(first.payments.at(-1), 3);

  expect(first).toEqual({ payments: keys.slice(0, 3).map(inNew), isLast: false });
  expect(second).toEqual({ payments: [inNew(keys[3] as PaymentKey)], isLast: true });
});

test('moves a new payment to the partition of its record, once', async () => {
  const { table, payments, track } = await prepare({ shards: 7 });
  await track([PAYMENT]);
  const before = await table.readPayment(PAYMENT);

  const moves = [await payments.moveFromNew(PAYMENT), await payments.moveFromNew(PAYMENT)];

  expect(moves).toEqual([true, false]);
  expect(await table.readPayment(PAYMENT)).toEqual({ ...before, shard: partitionOf('17', 7) });
  expect(await payments.listNew(undefined, 10)).toEqual({ payments: [], isLast: true });
});

test('does not move what was untracked or never tracked', async () => {
  const { table, store, payments, track } = await prepare();
  await track([PAYMENT]);
  await store.untrack(PAYMENT, NOW);

  expect(await payments.moveFromNew(PAYMENT)).toBe(false);
  expect(await table.readPayment(PAYMENT)).toBeUndefined();
});

test('a renewed payment keeps its partition; one that was missing is new again', async () => {
  const { table, payments, track, move } = await prepare({ shards: 7 });
  const missing = { userId: '1', recordId: '18' };
  await track([PAYMENT, missing]);
  await move([PAYMENT, missing]);
  await payments.markMissing(missing, NOW);

  await track([PAYMENT, missing]);

  expect((await table.readPayment(PAYMENT))?.shard).toBe(partitionOf('17', 7));
  expect((await table.readPayment(missing))?.shard).toBe('new');
});

async function putPending(table: PaymentTable, payments: readonly PaymentKey[]): Promise<void> {
  const { client, tableName } = table;
  for (let start = 0; start < payments.length; start += 25) {
    const puts = payments.slice(start, start + 25).map((payment) => ({
      PutRequest: { Item: { ...paymentKey(payment), ...payment, status: 'pending', shard: '0' } },
    }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: puts } }));
  }
}

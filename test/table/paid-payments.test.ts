import { expect, test } from 'vitest';
import { PaidPayments } from '../../lambda/notify/paid-payments.ts';
import { paymentConfirmed } from '../../lambda/notify/payment-confirmed.ts';
import { UnreadableRecordError } from '../../lambda/notify/stream-record.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { createPaymentTable } from './support/payment-table.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

async function prepare() {
  const table = await createPaymentTable();
  const store = new DynamoPaymentStore(table);
  const pending = new DynamoPendingPayments({ ...table, confirmedBy: 'tick' });
  const pay = async (userId: string, recordId: string, paidAt: number) => {
    await store.track({ userId, recordId }, paidAt - 1);
    expect(await pending.confirm({ userId, recordId }, paidAt)).toBe(true);
  };
  const paid = new PaidPayments(table);
  const pagesSince = async (time: number): Promise<string[][]> => {
    const pages: string[][] = [];
    for await (const page of paid.confirmedSince(time, NOW)) pages.push(page.map(({ userId }) => userId));
    return pages;
  };
  const since = async (time: number) => (await pagesSince(time)).flat().sort();
  return { table, store, paid, pay, since, pagesSince };
}

test('the paid payments since a time are those confirmed at it or later that readers still see', async () => {
  const { table, store, pay, since } = await prepare();
  await pay('expired', '1', NOW - 30 * DAY);
  await pay('early', '2', NOW - 2 * DAY - 1);
  await pay('at', '3', NOW - 2 * DAY);
  await pay('late', '4', NOW - 1);
  await store.track({ userId: 'pending', recordId: '5' }, NOW - 1);
  const notPaid = { status: 'missing', paidAt: NOW, expiresAt: 9e9 };
  await table.putPayment({ userId: 'missing', recordId: '6' }, notPaid);

  expect(await since(NOW - 2 * DAY)).toEqual(['at', 'late']);
  expect(await since(0)).toEqual(['at', 'early', 'late']);
});

test('several pages hold all of them', async () => {
  const { table, pagesSince } = await prepare();
  // DynamoDB reads 1 MB for a page.
  const reason = 'x'.repeat(300_000);
  for (let user = 0; user < 7; user += 1) {
    const payment = { userId: `${user}`, recordId: '1' };
    await table.putPayment(payment, { status: 'paid', trackedAt: 0, paidAt: NOW, expiresAt: 9e9, reason });
  }

  const pages = await pagesSince(0);
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.flat().sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
});

test('one payment is found if it is paid', async () => {
  const { store, paid, pay } = await prepare();
  await pay('7', '1', NOW);
  await store.track({ userId: '7', recordId: '2' }, NOW);

  expect(await paid.find({ userId: '7', recordId: '1' }, NOW)).toEqual({
    userId: '7',
    recordId: '1',
    paidAt: NOW,
    confirmedBy: 'tick',
  });
  expect(await paid.find({ userId: '7', recordId: '1' }, NOW + 31 * DAY)).toBeUndefined();
  expect(await paid.find({ userId: '7', recordId: '2' }, NOW)).toBeUndefined();
  expect(await paid.find({ userId: '7', recordId: '3' }, NOW)).toBeUndefined();
});

test('a payment that expired, was tracked again and is confirmed again has the same key, and another time', async () => {
  const { paid, pay } = await prepare();
  const payment = { userId: '7', recordId: '1' };
  const eventAt = async (now: number) => {
    const found = await paid.find(payment, now);
    return found && paymentConfirmed(found, 'shop');
  };
  await pay('7', '1', NOW);
  const first = await eventAt(NOW);
  await pay('7', '1', NOW + 40 * DAY);
  const second = await eventAt(NOW + 40 * DAY);

  expect(first?.idempotencyKey).toBe('shop/7/1');
  expect(second?.idempotencyKey).toBe('shop/7/1');
  expect(second?.paidAt).not.toBe(first?.paidAt);
});

test('an item that the tracker did not write is named', async () => {
  const { table, since } = await prepare();
  await table.putPayment({ userId: '7', recordId: '1' }, { status: 'paid', paidAt: 9e15, expiresAt: 9e9 });

  await expect(since(0)).rejects.toThrow(UnreadableRecordError);
  await expect(since(0)).rejects.toThrow(/USER#7 RECORD#1\]: .* no valid paidAt/);
});

test('a table that is not there is named, with what was to be read', async () => {
  const paid = new PaidPayments({ ...(await createPaymentTable()), tableName: 'no-such-table' });

  await expect(paid.find({ userId: 'a', recordId: '1' }, NOW)).rejects.toThrow(
    /read payment.*DynamoDB table no-such-table/,
  );
  await expect(paid.confirmedSince(0, NOW).next()).rejects.toThrow(
    /list paid payments.*DynamoDB table no-such-table/,
  );
});

import { expect, test } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { createPaymentTable } from './support/payment-table.ts';

const NOW = Date.UTC(2026, 0, 1);

async function prepare({ shards = 1 } = {}) {
  const table = await createPaymentTable();
  return {
    table,
    store: new DynamoPaymentStore({ ...table, shards }),
    payments: new DynamoPendingPayments({ ...table, shards, confirmedBy: 'webhook' }),
    count: new DynamoControlItem(table),
  };
}

test.each([1, 5])(
  'the pending payments of a record are found by it, new or not, in an index of %i shards',
  async (shards) => {
    const { store, payments } = await prepare({ shards });
    const [a, b, paid, longer] = [
      { userId: '1', recordId: '17' },
      { userId: 'жанна', recordId: '17' },
      { userId: '3', recordId: '17' },
      { userId: '1', recordId: '170' },
    ];
    for (const payment of [a, b, paid, longer]) await store.track(payment, NOW);
    await payments.confirm(paid, NOW);
    await payments.moveFromNew(b);

    const found = await payments.ofRecord('17');

    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([a, b].map((payment) => expect.objectContaining(payment))));
    expect(await payments.ofRecord('1')).toEqual([]);
  },
);

test('a payment confirmed by the webhook says so, and is confirmed once', async () => {
  const { table, store, payments } = await prepare();
  const payment = { userId: '1', recordId: '17' };
  await store.track(payment, NOW);

  expect(await payments.confirm(payment, NOW + 1)).toBe(true);
  expect(await payments.confirm(payment, NOW + 2)).toBe(false);

  expect(await table.readPayment(payment)).toMatchObject({ paidAt: NOW + 1, confirmedBy: 'webhook' });
});

test('confirmations are added to the total of the ticks', async () => {
  const { table, store, count } = await prepare();
  await new DynamoControlItem(table).acquire({ owner: 'a', now: NOW, lease: 1000 });
  await table.setControl('confirmed', 40);

  await count.addConfirmed(2);
  await count.addConfirmed(1);

  const { counters } = await store.control();
  expect(counters.confirmed).toBe(43);
});

test('before the first tick nothing is counted: readers would take the control item for that of a tick', async () => {
  const { table, count } = await prepare();

  await count.addConfirmed(2);

  expect(await table.readControl()).toBeUndefined();
});

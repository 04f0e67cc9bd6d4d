import { expect, test } from 'vitest';
import { paymentKey } from '../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import type { PaymentKey } from '../../lambda/tracker/payment.ts';
import { emulatorClient } from './support/emulator.ts';
import { createPaymentTable } from './support/payment-table.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const PAYMENT = { userId: '12345', recordId: '42' };

async function prepare() {
  const table = await createPaymentTable();
  return {
    table,
    store: new DynamoPaymentStore(table),
    payments: new DynamoPendingPayments({ ...table, confirmedBy: 'tick' }),
  };
}

test('tracking creates a pending payment in the documented layout', async () => {
  const { table } = await prepare();
  const store = new DynamoPaymentStore({ ...table, shards: 7, pendingDays: 2 });

  const result = await store.track(PAYMENT, NOW + 1);

  expect(result).toEqual({ status: 'pending', created: true });
  expect(await table.readPayment(PAYMENT)).toEqual({
    pk: 'USER#12345',
    sk: 'RECORD#42',
    ...PAYMENT,
    status: 'pending',
    trackedAt: NOW + 1,
    expiresAt: NOW / 1000 + 2 * 86_400,
    shard: 'new',
  });
});

test('tracking writes the partition of the record where ticks have layout 1, and reads the layout again', async () => {
  const { table } = await prepare();
  const store = new DynamoPaymentStore({ ...table, shards: 7 });
  const [first, second, third] = ['42', '43', '44'].map((recordId) => ({ userId: '1', recordId })) as [
    PaymentKey,
    PaymentKey,
    PaymentKey,
  ];

  await table.setControl('layout', 1);
  await store.track(first, NOW);
  await table.setControl('layout', 2);
  await store.track(second, NOW);
  await table.setControl('layout', 1);
  await store.track(third, NOW);

  // 841265288 is CRC-32 of "42": `python3 -c 'import zlib; print(zlib.crc32(b"42"))'`.
  expect((await table.readPayment(first))?.shard).toBe(String(841_265_288 % 7));
  expect((await table.readPayment(second))?.shard).toBe('new');
  // Once ticks list newcomers, the layout is not read again.
  expect((await table.readPayment(third))?.shard).toBe('new');
});

test('tracking reads the layout again after a failure', async () => {
  const server = await startScriptedServer({ error: 'AccessDeniedException' }, { body: {} });
  const client = emulatorClient(server.endpoint);
  const store = new DynamoPaymentStore({ client, tableName: 'payments' });

  await expect(store.track(PAYMENT, NOW)).rejects.toThrow(/read control item .*the role may not do that/);
  await store.track(PAYMENT, NOW);
  await store.track(PAYMENT, NOW);

  const operations = server.requests.map(({ operation }) => operation);
  expect(operations).toEqual(['GetItem', 'GetItem', 'UpdateItem', 'UpdateItem']);
});

test('tracking again renews a pending payment', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.noteMiss(PAYMENT, 1);

  const result = await store.track(PAYMENT, NOW + DAY);

  expect(result).toEqual({ status: 'pending', created: false });
  expect(await table.readPayment(PAYMENT)).toEqual({
    ...paymentKey(PAYMENT),
    ...PAYMENT,
    status: 'pending',
    trackedAt: NOW + DAY,
    expiresAt: (NOW + 91 * DAY) / 1000,
    shard: 'new',
  });
});

test.for(['missing', 'invalid'] as const)('tracking again renews a payment that is %s', async (status) => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  if (status === 'missing') await payments.markMissing(PAYMENT, NOW);
  else await payments.markInvalid(PAYMENT, 'not a number', NOW);

  const result = await store.track(PAYMENT, NOW);

  expect(result).toEqual({ status: 'pending', created: false });
  expect(await payments.list(undefined, 100)).toEqual({
    payments: [{ ...PAYMENT, partition: 'new' }],
    isLast: true,
  });
  expect(await table.readPayment(PAYMENT)).not.toHaveProperty('reason');
});

test('neither tracking nor untracking touches a paid payment', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.confirm(PAYMENT, NOW);
  const before = await table.readPayment(PAYMENT);

  const results = [await store.track(PAYMENT, NOW + DAY), await store.untrack(PAYMENT, NOW + DAY)];

  expect(results).toEqual([
    { status: 'paid', created: false },
    { removed: false, status: 'paid' },
  ]);
  expect(await table.readPayment(PAYMENT)).toEqual(before);
});

test('a paid payment stops to exist in the second that it expires', async () => {
  const { store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.confirm(PAYMENT, NOW);

  const before = await store.find(PAYMENT, NOW + 30 * DAY - 1);
  const after = await store.find(PAYMENT, NOW + 30 * DAY);

  expect(before).toMatchObject({ status: 'paid', paidAt: NOW });
  expect(after).toBeUndefined();
  expect(await store.latest(PAYMENT.userId, NOW + 30 * DAY, 'eventual')).toBeUndefined();
});

test('an expired paid payment is tracked anew, as if it were not there', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.confirm(PAYMENT, NOW);

  const tooEarly = await store.track(PAYMENT, NOW + 30 * DAY - 1);
  const result = await store.track(PAYMENT, NOW + 30 * DAY);

  expect(tooEarly).toEqual({ status: 'paid', created: false });
  expect(result).toEqual({ status: 'pending', created: true });
  const item = await table.readPayment(PAYMENT);
  expect(item).not.toHaveProperty('paidAt');
  expect(item).not.toHaveProperty('confirmedBy');
});

test('untracking an expired paid payment removes what is left of it, and reports nothing removed', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.confirm(PAYMENT, NOW);

  expect(await store.untrack(PAYMENT, NOW + 30 * DAY)).toEqual({ removed: false, status: 'untracked' });
  expect(await table.readPayment(PAYMENT)).toBeUndefined();
});

test.for(['pending', 'missing', 'invalid'] as const)(
  'untracking removes a payment that is %s',
  async (status) => {
    const { table, store, payments } = await prepare();
    await store.track(PAYMENT, NOW);
    if (status === 'missing') await payments.markMissing(PAYMENT, NOW);
    if (status === 'invalid') await payments.markInvalid(PAYMENT, 'not a number', NOW);

    const first = await store.untrack(PAYMENT, NOW);
    const second = await store.untrack(PAYMENT, NOW);

    expect([first, second]).toEqual([
      { removed: true, status: 'untracked' },
      { removed: false, status: 'untracked' },
    ]);
    expect(await table.readPayment(PAYMENT)).toBeUndefined();
  },
);

test('the latest payment of a user is the one tracked last', async () => {
  const { store } = await prepare();
  await store.track({ userId: '1', recordId: '30' }, NOW + 1);
  await store.track({ userId: '1', recordId: '20' }, NOW + 2);
  await store.track({ userId: '1', recordId: '10' }, NOW);
  await store.track({ userId: '12', recordId: '99' }, NOW + 3);

  expect(await store.latest('1', NOW, 'eventual')).toMatchObject({ userId: '1', recordId: '20' });
  expect(await store.latest('2', NOW, 'strong')).toBeUndefined();
});

test('of payments tracked in the same millisecond the latest is the one with the higher record id', async () => {
  const { store } = await prepare();
  for (const recordId of ['9', '10', '8']) await store.track({ userId: '1', recordId }, NOW);

  expect(await store.latest('1', NOW, 'strong')).toMatchObject({ recordId: '10' });
});

test('two users may wait for the same record', async () => {
  const { store, payments } = await prepare();
  const [first, second] = [
    { userId: '1', recordId: '42' },
    { userId: '2', recordId: '42' },
  ] as const;
  await store.track(first, NOW);
  await store.track(second, NOW);

  await payments.confirm(first, NOW);

  expect(await store.find(first, NOW)).toMatchObject({ status: 'paid' });
  expect(await store.find(second, NOW)).toMatchObject({ status: 'pending' });
  expect(await store.pending()).toEqual([second]);
});

test('all pending payments are listed without a limit for a page', async () => {
  const server = await startScriptedServer({ body: { Items: [] } });
  const client = emulatorClient(server.endpoint);

  expect(await new DynamoPaymentStore({ client, tableName: 'payments', shards: 2 }).pending()).toEqual([]);

  expect(server.requests).toHaveLength(3);
  for (const { input } of server.requests) expect(input).not.toHaveProperty('Limit');
});

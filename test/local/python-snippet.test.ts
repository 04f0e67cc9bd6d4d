import { expect, inject, onTestFinished, test } from 'vitest';
import { PaymentTracker } from '../../lambda/client/index.ts';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import type { Item } from '../../lambda/table/document-table.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { tick } from '../../lambda/tracker/tick.ts';
import { codeAfter } from '../support/docs.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeSource } from '../support/fake-source.ts';
import { createPaymentTable, type PaymentTable } from '../table/support/payment-table.ts';
import { openPythonBot } from './support/python-bot.ts';

const README = 'lambda/table/README.md';

/** Of the index: with two, a moved payment may be in either. */
const SHARDS = 2;

/** A payments table, and a bot in each language on it. */
async function prepare() {
  const table = await createPaymentTable();
  const python = await openPythonBot(codeAfter('python-bot', README), {
    endpoint: inject('awsEndpoint'),
    variables: { PAYMENT_TABLE_NAME: table.tableName },
  });
  onTestFinished(() => python.remove());
  return { table, python, client: new PaymentTracker({ ...table, shards: SHARDS }) };
}

function openPayments(table: PaymentTable): DynamoPendingPayments {
  return new DynamoPendingPayments({ ...table, confirmedBy: 'tick', shards: SHARDS });
}

/** One real tick, of a NocoDB in which these records are paid. */
async function tickOver(table: PaymentTable, ...paid: string[]): Promise<void> {
  const clock = new FakeClock(Date.now());
  const source = new FakeSource(clock);
  for (const recordId of paid) source.records.set(recordId, { paid: true });
  await tick({
    settings: { intervalSeconds: 20 },
    clock,
    gate: new DynamoControlItem(table),
    payments: openPayments(table),
    source,
    observe: () => {},
    newOwner: () => 'test',
  });
}

test('what Python tracks, a tick confirms, and both languages see it paid', async () => {
  const { table, python, client } = await prepare();

  expect(await python.call('track', 12345, 42)).toBe('pending');
  expect(await python.call('track', 12345, 43)).toBe('pending');
  expect(await client.status(12345, 42)).toMatchObject({ state: 'pending' });

  await tickOver(table, '42');

  expect(await python.call('is_paid', 12345, 42)).toBe(true);
  expect(await client.isPaid(12345, 42)).toBe(true);
  expect(await python.call('is_paid', 12345, 43)).toBe(false);
  expect(await client.isPaid(12345, 43)).toBe(false);
  expect(await python.call('status', 12345, 43)).toBe('pending');
  expect(await python.call('status', 12345, 44)).toBe('untracked');
});

test.for(['1', '2', '42', 'order_7-b'])(
  'Python and the client write the same item for record %s',
  async (recordId) => {
    const { table, python, client } = await prepare();
    const payment = { userId: '7', recordId };

    await python.call('track', '7', recordId);
    const byPython = await table.readPayment(payment);
    await client.untrack('7', recordId);
    await client.track('7', recordId);
    const byClient = await table.readPayment(payment);

    const times = { trackedAt: expect.any(Number), expiresAt: expect.any(Number) };
    expect(byPython).toEqual({ ...byClient, ...times });
    expect(lifetimeOf(byPython)).toBe(lifetimeOf(byClient));
  },
);

test('Python leaves a renewed payment in the partition that a tick moved it to', async () => {
  const { table, python } = await prepare();
  const payment = { userId: '7', recordId: '42' };
  await python.call('track', 7, 42);
  const tracked = await table.readPayment(payment);
  expect(await openPayments(table).moveFromNew(payment)).toBe(true);
  const moved = await table.readPayment(payment);

  await python.call('track', 7, 42);

  expect(tracked?.shard).toBe('new');
  expect(moved?.shard).toMatch(/^[01]$/);
  expect((await table.readPayment(payment))?.shard).toBe(moved?.shard);
});

test.for(['missing', 'invalid'] as const)('Python tracks a payment anew that is %s', async (status) => {
  const { table, python } = await prepare();
  const payment = { userId: '7', recordId: '42' };
  await python.call('track', 7, 42);
  const before = await table.readPayment(payment);
  const pending = openPayments(table);
  if (status === 'missing') await pending.markMissing(payment, Date.now());
  else await pending.markInvalid(payment, 'not a number', Date.now());

  expect(await python.call('track', 7, 42)).toBe('pending');

  const times = { trackedAt: expect.any(Number), expiresAt: expect.any(Number) };
  expect(await table.readPayment(payment)).toEqual({ ...before, ...times });
});

/** Seconds from when a payment was tracked until it expires. */
function lifetimeOf(item: Item | undefined): number {
  return (item?.expiresAt as number) - Math.floor((item?.trackedAt as number) / 1000);
}

test('Python neither resets nor removes a paid payment', async () => {
  const { table, python, client } = await prepare();
  await client.track(7, 42);
  await tickOver(table, '42');

  expect(await python.call('track', 7, 42)).toBe('paid');
  await python.call('untrack', 7, 42);

  expect(await python.call('is_paid', 7, 42)).toBe(true);
  expect(await client.status(7, 42)).toMatchObject({ state: 'paid' });
});

test('a paid payment that has expired does not exist for Python, and is tracked anew', async () => {
  const { table, python, client } = await prepare();
  const past = Math.floor(Date.now() / 1000) - 1;
  await table.putPayment(
    { userId: '7', recordId: '42' },
    { status: 'paid', trackedAt: 0, paidAt: 0, expiresAt: past },
  );

  expect(await python.call('status', 7, 42)).toBe('untracked');
  expect(await python.call('is_paid', 7, 42)).toBe(false);
  expect(await python.call('track', 7, 42)).toBe('pending');

  expect(await client.status(7, 42)).toMatchObject({ state: 'pending' });
});

test('what Python untracks is gone for everybody', async () => {
  const { python, client } = await prepare();
  await client.track(7, 42);

  await python.call('untrack', 7, 42);
  await python.call('untrack', 7, 43);

  expect(await client.status(7, 42)).toMatchObject({ state: 'untracked' });
  expect(await python.call('is_paid', 7, 42)).toBe(false);
});

test.for([
  ['7', 'a,b)~or(Id,gt,0'],
  ['7', ''],
  ['a b', '42'],
  ['7#8', '42'],
  ['a\ud83d', '42'],
] as const)('Python refuses the ids %j and %j, as the client does', async ([userId, recordId]) => {
  const { python, client } = await prepare();

  await expect(python.call('track', userId, recordId)).rejects.toThrow(/ValueError: (?:user|record) id/);
  await expect(client.track(userId, recordId)).rejects.toThrow('is not valid');
});

import { expect, test } from 'vitest';
import { paymentKey } from '../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { emulatorClient } from './support/emulator.ts';
import { startLosingProxy } from './support/losing-proxy.ts';
import { createPaymentTable } from './support/payment-table.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const NOW = Date.UTC(2026, 0, 1);
const PAYMENT = { userId: '12345', recordId: '17' };

async function prepare() {
  const table = await createPaymentTable();
  const store = new DynamoPaymentStore(table);
  const payments = new DynamoPendingPayments({ ...table, confirmedBy: 'tick' });
  return { table, store, payments };
}

test('confirms a pending payment once', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const first = await payments.confirm(PAYMENT, NOW + 5000);
  const second = await payments.confirm(PAYMENT, NOW + 6000);

  expect([first, second]).toEqual([true, false]);
  expect(await table.readPayment(PAYMENT)).toEqual({
    ...paymentKey(PAYMENT),
    ...PAYMENT,
    status: 'paid',
    trackedAt: NOW,
    paidAt: NOW + 5000,
    confirmedBy: 'tick',
    expiresAt: (NOW + 5000) / 1000 + 30 * 86_400,
  });
  expect(await payments.list(undefined, 100)).toEqual({ payments: [], isLast: true });
});

test('of confirmations at the same time one wins', async () => {
  const { table, store, payments } = await prepare();
  const webhook = new DynamoPendingPayments({ ...table, confirmedBy: 'webhook' });
  await store.track(PAYMENT, NOW);

  const wins = await Promise.all(
    Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? payments : webhook).confirm(PAYMENT, NOW)),
  );

  expect(wins.filter((won) => won)).toHaveLength(1);
});

test('does not confirm what was untracked or never tracked', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await store.untrack(PAYMENT, NOW);

  expect(await payments.confirm(PAYMENT, NOW)).toBe(false);
  expect(await table.readPayment(PAYMENT)).toBeUndefined();
});

test('a confirmation whose answer was lost counts, and only for its sender', async () => {
  const { table, store } = await prepare();
  const proxy = await startLosingProxy();
  const client = emulatorClient(proxy.endpoint);
  const options = { tableName: table.tableName, client, confirmedBy: 'tick' } as const;
  await store.track(PAYMENT, NOW);

  proxy.loseNextAnswer();
  const first = await new DynamoPendingPayments(options).confirm(PAYMENT, NOW);
  proxy.loseNextAnswer();
  const second = await new DynamoPendingPayments(options).confirm(PAYMENT, NOW + 1);

  expect([first, second]).toEqual([true, false]);
  expect(proxy.answersLost()).toBe(2);
});

test('confirms a payment past its expiry while it is still there', async () => {
  const { table, payments } = await prepare();
  await table.putPayment(PAYMENT, { status: 'pending', shard: '0', trackedAt: 0, expiresAt: NOW / 1000 - 1 });

  expect(await payments.confirm(PAYMENT, NOW)).toBe(true);
  expect((await table.readPayment(PAYMENT))?.expiresAt).toBe(NOW / 1000 + 30 * 86_400);
});

test('counts misses of audits in a row, each audit once', async () => {
  const { store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const misses: number[] = [];
  for (const audit of [4, 5, 5, 6]) misses.push(await payments.noteMiss(PAYMENT, audit));

  expect(misses).toEqual([1, 2, 2, 3]);
});

test('counts misses from one again when an audit in between found the record', async () => {
  const { store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const misses: number[] = [];
  for (const audit of [4, 5, 7, 8]) misses.push(await payments.noteMiss(PAYMENT, audit));

  expect(misses).toEqual([1, 2, 1, 2]);
});

test('counts a miss once when two note it at the same time', async () => {
  const { store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const first = await Promise.all(Array.from({ length: 6 }, () => payments.noteMiss(PAYMENT, 1)));
  const second = await Promise.all(Array.from({ length: 6 }, () => payments.noteMiss(PAYMENT, 2)));

  expect(new Set(first)).toEqual(new Set([1]));
  expect(new Set(second)).toEqual(new Set([2]));
});

test.for([
  ['confirmed', (payments: DynamoPendingPayments) => payments.confirm(PAYMENT, NOW)],
  ['missing', (payments: DynamoPendingPayments) => payments.markMissing(PAYMENT, NOW)],
  ['invalid', (payments: DynamoPendingPayments) => payments.markInvalid(PAYMENT, 'not a number', NOW)],
] as const)('nothing can be done any more with a payment that is %s', async ([, end]) => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await end(payments);
  const before = await table.readPayment(PAYMENT);

  const answers = [
    await payments.confirm(PAYMENT, NOW + 1),
    await payments.noteMiss(PAYMENT, 1),
    await payments.markMissing(PAYMENT, NOW),
    await payments.markInvalid(PAYMENT, 'another reason', NOW),
    await payments.moveFromNew(PAYMENT),
  ];

  expect(answers).toEqual([false, 0, false, false, false]);
  expect(await table.readPayment(PAYMENT)).toEqual(before);
  expect(await payments.list(undefined, 100)).toEqual({ payments: [], isLast: true });
});

test.for([
  ['missing', (payments: DynamoPendingPayments) => payments.markMissing(PAYMENT, NOW)],
  ['invalid', (payments: DynamoPendingPayments) => payments.markInvalid(PAYMENT, 'not a number', NOW)],
] as const)(
  'a payment that is %s is listed as such, and becomes pending again once',
  async ([status, end]) => {
    const { table, store, payments } = await prepare();
    await store.track(PAYMENT, NOW);
    const before = await table.readPayment(PAYMENT);
    await end(payments);

    const given = { payments: [{ ...PAYMENT, partition: status }], isLast: true };
    expect(await payments.listGivenUp(undefined, 100)).toEqual(given);
    expect(await payments.ofRecord(PAYMENT.recordId)).toEqual(given.payments);
    expect(await store.givenUp(status)).toEqual([PAYMENT]);
    expect(await store.find(PAYMENT, NOW)).toMatchObject({ status, givenUpAt: NOW });
    expect([await payments.revive(PAYMENT), await payments.revive(PAYMENT)]).toEqual([true, false]);
    expect(await table.readPayment(PAYMENT)).toEqual(before);
    expect(await payments.listGivenUp(undefined, 100)).toEqual({ payments: [], isLast: true });
  },
);

test('neither a pending nor a paid payment is revived', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const pending = await payments.revive(PAYMENT);
  await payments.confirm(PAYMENT, NOW);
  const paid = await payments.revive(PAYMENT);

  expect([pending, paid, await payments.revive({ userId: '9', recordId: '9' })]).toEqual([
    false,
    false,
    false,
  ]);
  expect(await table.readPayment(PAYMENT)).toMatchObject({ status: 'paid' });
});

test('a payment that is made pending counts as such when the answer was lost', async () => {
  const { table, store, payments } = await prepare();
  await store.track(PAYMENT, NOW);
  await payments.markMissing(PAYMENT, NOW);
  const proxy = await startLosingProxy();
  const client = emulatorClient(proxy.endpoint);
  const options = { tableName: table.tableName, client, confirmedBy: 'tick' } as const;

  proxy.loseNextAnswer();
  const revived = await new DynamoPendingPayments(options).revive(PAYMENT);

  expect([revived, proxy.answersLost()]).toEqual([true, 1]);
});

test('a payment is confirmed only if it was tracked in one of the given times', async () => {
  const { store, payments } = await prepare();
  await store.track(PAYMENT, NOW);

  const answers: boolean[] = [];
  for (const times of [
    [{ from: NOW + 1 }],
    [{ from: 0, until: NOW }],
    [
      { from: 0, until: NOW - 1 },
      { from: NOW, until: NOW + 1 },
    ],
  ]) {
    answers.push(await payments.confirm(PAYMENT, NOW, times));
  }

  expect(answers).toEqual([false, false, true]);
});

test('when payments were tracked is read for many, and without those that do not exist', async () => {
  const { store, payments } = await prepare();
  const many = Array.from({ length: 230 }, (_, index) => ({ userId: '1', recordId: String(index) }));
  await Promise.all(many.map((payment, index) => store.track(payment, NOW + index)));

  const found = await payments.trackedAt([...many, ...many, { userId: '2', recordId: '1' }]);

  expect(found.size).toBe(230);
  expect([found.get('1 0'), found.get('1 229')]).toEqual([NOW, NOW + 229]);
});

test('what DynamoDB has left out of a batch is read again', async () => {
  const left = { pk: { S: 'USER#1' }, sk: { S: 'RECORD#2' } };
  const itemOf = (recordId: string) => ({
    userId: { S: '1' },
    recordId: { S: recordId },
    trackedAt: { N: recordId },
  });
  const server = await startScriptedServer(
    { body: { Responses: { p: [itemOf('1')] }, UnprocessedKeys: { p: { Keys: [left] } } } },
    { body: { Responses: { p: [itemOf('2')] }, UnprocessedKeys: {} } },
  );
  const client = emulatorClient(server.endpoint);
  const payments = new DynamoPendingPayments({ client, tableName: 'p', confirmedBy: 'tick' });

  const found = await payments.trackedAt([
    { userId: '1', recordId: '1' },
    { userId: '1', recordId: '2' },
  ]);

  expect(found).toEqual(
    new Map([
      ['1 1', 1],
      ['1 2', 2],
    ]),
  );
  expect(server.requests.map(({ input }) => input)).toMatchObject([
    {},
    { RequestItems: { p: { Keys: [left] } } },
  ]);
});

test('a missing payment keeps its expiry, an invalid one also its reason', async () => {
  const { table, store, payments } = await prepare();
  const other = { userId: '6', recordId: '7' };
  await store.track(PAYMENT, NOW);
  await store.track(other, NOW);

  const marked = [
    await payments.markMissing(PAYMENT, NOW),
    await payments.markInvalid(other, 'not a number', NOW),
  ];

  expect(marked).toEqual([true, true]);
  const expiresAt = NOW / 1000 + 90 * 86_400;
  expect(await table.readPayment(PAYMENT)).toMatchObject({ status: 'missing', expiresAt });
  expect(await table.readPayment(other)).toMatchObject({
    status: 'invalid',
    reason: 'not a number',
    expiresAt,
  });
});

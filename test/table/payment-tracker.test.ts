import { expect, test } from 'vitest';
import { InvalidIdError, PaymentTracker } from '../../lambda/client/index.ts';
import { emulatorClient } from './support/emulator.ts';
import { startScriptedServer } from './support/scripted-server.ts';
import { NOW, prepareTracker } from './support/tracker.ts';

test('a payment is pending from track on, and paid from its confirmation on', async () => {
  const { tracker, payments } = await prepareTracker();

  const tracked = await tracker.track(12345, 17);
  const before = [await tracker.isPaid(12345), await tracker.isPaid('12345', '17')];
  await payments.confirm({ userId: '12345', recordId: '17' }, NOW);
  const after = [await tracker.isPaid(12345), await tracker.isPaid('12345', '17')];

  expect(tracked).toEqual({ status: 'pending', created: true });
  expect(before).toEqual([false, false]);
  expect(after).toEqual([true, true]);
});

test('nobody has paid what was never tracked', async () => {
  const { tracker } = await prepareTracker();

  expect(await tracker.isPaid(1)).toBe(false);
  expect(await tracker.isPaid(1, 2)).toBe(false);
  expect(await tracker.status(1)).toEqual({ state: 'untracked', dataAgeSeconds: null });
  expect(await tracker.untrack(1)).toEqual({ removed: false, status: 'untracked' });
});

test('without a record id, the latest tracked payment is meant', async () => {
  const { tracker, payments, clock } = await prepareTracker();
  await tracker.track(1, 10);
  clock.time += 1;
  await tracker.track(1, 9);
  await payments.confirm({ userId: '1', recordId: '10' }, NOW);

  expect(await tracker.isPaid(1)).toBe(false);
  expect(await tracker.status(1)).toMatchObject({ state: 'pending', recordId: '9' });
  expect(await tracker.untrack(1)).toEqual({ removed: true, status: 'untracked' });
  expect(await tracker.isPaid(1)).toBe(true);
});

test('a status tells when, and how fresh that is', async () => {
  const { tracker, payments, clock, tick } = await prepareTracker();
  await tracker.track(1, 2);
  await tick({});
  clock.time += 15_999;
  await payments.confirm({ userId: '1', recordId: '2' }, NOW + 3000);

  expect(await tracker.status(1, 2)).toEqual({
    state: 'paid',
    recordId: '2',
    trackedAt: new Date(NOW),
    paidAt: new Date(NOW + 3000),
    dataAgeSeconds: 15,
  });
});

test('a status tells why a payment is invalid', async () => {
  const { tracker, payments } = await prepareTracker();
  await tracker.track(1, 'rec_abc');
  await payments.markInvalid({ userId: '1', recordId: 'rec_abc' }, 'not a number', NOW);

  expect(await tracker.status(1)).toMatchObject({ state: 'invalid', reason: 'not a number' });
});

test('untracking keeps a paid payment readable', async () => {
  const { tracker, payments } = await prepareTracker();
  await tracker.track(1, 2);
  await payments.confirm({ userId: '1', recordId: '2' }, NOW);

  expect(await tracker.untrack(1)).toEqual({ removed: false, status: 'paid' });
  expect(await tracker.isPaid(1)).toBe(true);
});

test('tells the observer what is tracked and untracked, and nothing that did not happen', async () => {
  const { tracker, payments, events } = await prepareTracker();
  await tracker.track(1, 2);
  await tracker.track(3, 4);
  await tracker.untrack(3);
  await tracker.untrack(3, 4);
  await payments.confirm({ userId: '1', recordId: '2' }, NOW);
  await tracker.track(1, 2);
  await tracker.untrack(1, 2);

  expect(events).toEqual([
    { type: 'payment.tracked', payment: { userId: '1', recordId: '2' } },
    { type: 'payment.tracked', payment: { userId: '3', recordId: '4' } },
    { type: 'payment.untracked', payment: { userId: '3', recordId: '4' } },
  ]);
});

test('every method refuses ids that no payment can have', async () => {
  const { tracker } = await prepareTracker();

  for (const attempt of [
    () => tracker.track('a b', 1),
    () => tracker.track(1, '1~or(Paid,checked)'),
    () => tracker.isPaid('', 1),
    () => tracker.status(1, ''),
    () => tracker.untrack(2 ** 53),
  ]) {
    await expect(attempt()).rejects.toThrow(InvalidIdError);
  }
});

test('isPaid is one eventually consistent read', async () => {
  const server = await startScriptedServer({ body: {} });
  const tracker = new PaymentTracker({ tableName: 'payments', client: emulatorClient(server.endpoint) });

  await tracker.isPaid(1, 2);
  await tracker.isPaid(1);

  expect(server.requests).toMatchObject([
    { operation: 'GetItem', input: { ConsistentRead: false } },
    { operation: 'Query', input: { ConsistentRead: false } },
  ]);
});

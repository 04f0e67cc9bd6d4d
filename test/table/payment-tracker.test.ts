import { expect, test } from 'vitest';
import {
  InvalidIdError,
  InvalidPaymentsError,
  LayoutTooNewError,
  PaymentTracker,
  TableUnavailableError,
  type TrackerEvent,
  TrackManyError,
} from '../../lambda/client/index.ts';
import { GateItem } from '../../lambda/table/gate-item.ts';
import { PaymentsTable } from '../../lambda/table/payments-table.ts';
import { NO_COUNTERS, type TickReport } from '../../lambda/tracker/gate.ts';
import { emulatorClient } from './support/emulator.ts';
import { createPaymentTable } from './support/payment-table.ts';
import { startScriptedServer } from './support/scripted-server.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

async function prepare() {
  const table = await createPaymentTable();
  const clock = { time: NOW, now: () => clock.time };
  const events: TrackerEvent[] = [];
  const printed: string[] = [];
  const tracker = new PaymentTracker({
    ...table,
    clock,
    observe: (event) => events.push(event),
    print: (text) => printed.push(text),
  });
  const payments = new PaymentsTable({ ...table, confirmedBy: 'tick' });
  const gate = new GateItem(table);
  const tick = async (report: Partial<TickReport>) => {
    await gate.acquire({ owner: 'tick', now: clock.time, lease: 0 });
    await gate.finish({ ...TICK, owner: 'tick', now: clock.time, lastSuccessAt: clock.time, ...report });
  };
  return { table, clock, events, printed, tracker, payments, gate, tick };
}

const TICK: TickReport = {
  owner: 'tick',
  now: NOW,
  nextAllowedAt: 0,
  intervalSeconds: 20,
  pending: 37,
  usersUpdated: 37,
  counters: { ...NO_COUNTERS, updates: 45, confirmed: 8, requests: 50, requestsOk: 46 },
  cursor: undefined,
  round: undefined,
  bulkList: undefined,
  audit: undefined,
  empty: false,
};

test('a payment is pending from track on, and paid from its confirmation on', async () => {
  const { tracker, payments } = await prepare();

  const tracked = await tracker.track(12345, 'rec_abc');
  const before = [await tracker.isPaid(12345), await tracker.isPaid('12345', 'rec_abc')];
  await payments.confirm({ userId: '12345', recordId: 'rec_abc' }, NOW);
  const after = [await tracker.isPaid(12345), await tracker.isPaid('12345', 'rec_abc')];

  expect(tracked).toEqual({ status: 'pending', created: true });
  expect(before).toEqual([false, false]);
  expect(after).toEqual([true, true]);
});

test('nobody has paid what was never tracked', async () => {
  const { tracker } = await prepare();

  expect(await tracker.isPaid(1)).toBe(false);
  expect(await tracker.isPaid(1, 2)).toBe(false);
  expect(await tracker.status(1)).toEqual({ state: 'untracked', dataAgeSeconds: null });
  expect(await tracker.untrack(1)).toEqual({ removed: false, status: 'untracked' });
});

test('without a record id, the latest tracked payment is meant', async () => {
  const { tracker, payments, clock } = await prepare();
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
  const { tracker, payments, clock, tick } = await prepare();
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
  const { tracker, payments } = await prepare();
  await tracker.track(1, 'rec_abc');
  await payments.markInvalid({ userId: '1', recordId: 'rec_abc' }, 'not a number');

  expect(await tracker.status(1)).toMatchObject({ state: 'invalid', reason: 'not a number' });
});

test('untracking keeps a paid payment readable', async () => {
  const { tracker, payments } = await prepare();
  await tracker.track(1, 2);
  await payments.confirm({ userId: '1', recordId: '2' }, NOW);

  expect(await tracker.untrack(1)).toEqual({ removed: false, status: 'paid' });
  expect(await tracker.isPaid(1)).toBe(true);
});

test('tells the observer what is tracked and untracked, and nothing that did not happen', async () => {
  const { tracker, payments, events } = await prepare();
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

test('registers a list, and tells what became of each', async () => {
  const { tracker, payments, events } = await prepare();
  await tracker.track(1, 10);
  await payments.confirm({ userId: '1', recordId: '10' }, NOW);
  await tracker.track(2, 20);
  events.length = 0;

  const tracked = await tracker.trackMany([
    { userId: 1, recordId: 10 },
    { userId: 2, recordId: 20 },
    { userId: '2', recordId: '21' },
  ]);

  expect(tracked).toEqual([
    { userId: '1', recordId: '10', status: 'paid', created: false },
    { userId: '2', recordId: '20', status: 'pending', created: false },
    { userId: '2', recordId: '21', status: 'pending', created: true },
  ]);
  expect(events).toEqual([{ type: 'payments.registered', payments: 2, users: 1 }]);
});

test('registers nothing when a row is not valid, and names every such row', async () => {
  const { tracker, payments, events } = await prepare();
  const list = [
    { userId: 1, recordId: 2 },
    { userId: 1.5, recordId: 2 },
    { userId: 1, recordId: '2,3' },
  ];

  const error = await tracker.trackMany(list).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(InvalidPaymentsError);
  expect((error as InvalidPaymentsError).rows.map(({ index }) => index)).toEqual([1, 2]);
  expect(await payments.list()).toEqual([]);
  expect(events).toEqual([]);
});

test('every method refuses ids that no payment can have', async () => {
  const { tracker } = await prepare();

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

test('stats are counted from the index and the ticks', async () => {
  const { tracker, clock, tick } = await prepare();
  await tracker.trackMany([
    { userId: 1, recordId: 10 },
    { userId: 1, recordId: 11 },
    { userId: 2, recordId: 10 },
  ]);
  await tick({});
  clock.time += 15_000;

  expect(await tracker.getStats()).toEqual({
    trackedUsers: 2,
    pending: 3,
    updateIntervalSeconds: 20,
    totalUpdates: 45,
    failures: 0,
    lastUpdate: { at: '2026-01-01T12:00:00.000Z', ago: '15s ago', ageSeconds: 15 },
    usersUpdated: 37,
    paymentsConfirmed: 8,
    requests: { total: 50, ok: 46, failed: 0, rateLimited: 0 },
    blockedUntil: null,
    lastError: null,
    resting: false,
  });
});

test('stats show a failure and its penalty while they last', async () => {
  const { tracker, clock, tick, gate } = await prepare();
  await tick({ error: { kind: 'RateLimited', message: '429' } });
  await gate.block(NOW + 30_000);

  const during = await tracker.getStats();
  clock.time += 30_000;
  await tick({});
  const after = await tracker.getStats();

  expect(during).toMatchObject({
    blockedUntil: '2026-01-01T12:00:30.000Z',
    lastError: { kind: 'RateLimited', message: '429', at: '2026-01-01T12:00:00.000Z' },
  });
  expect(after).toMatchObject({ blockedUntil: null, lastError: null });
});

test('stats of a new table are all zero', async () => {
  const { tracker } = await prepare();

  expect(await tracker.getStats()).toMatchObject({
    trackedUsers: 0,
    updateIntervalSeconds: null,
    totalUpdates: 0,
    lastUpdate: null,
    resting: false,
  });
});

test('prints the stats', async () => {
  const { tracker, printed } = await prepare();

  await tracker.printStats();

  expect(printed).toHaveLength(1);
  expect(printed[0]).toContain('📊 Global Payment Tracker Stats');
});

test('refuses to read the ticks of a newer version', async () => {
  const { table, tracker } = await prepare();
  await table.setControl('layout', 2);

  await expect(tracker.getStats()).rejects.toThrow(LayoutTooNewError);
  await expect(tracker.status(1)).rejects.toThrow(LayoutTooNewError);
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

test('what could not be registered is named, and the rest is written', async () => {
  const server = await startScriptedServer({ body: {} }, { error: 'ValidationException' }, { body: {} });
  const events: TrackerEvent[] = [];
  const client = emulatorClient(server.endpoint);
  const tracker = new PaymentTracker({
    tableName: 'payments',
    client,
    observe: (event) => events.push(event),
  });
  const list = Array.from({ length: 40 }, (_, i) => ({ userId: i, recordId: i }));

  const error = await tracker.trackMany(list).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(TrackManyError);
  const { message, failed, tracked, errors } = error as TrackManyError;
  expect(message).toMatch(/1 of 40 could not be written; the others are tracked/);
  expect(failed).toMatchObject([{ index: expect.any(Number), error: expect.any(TableUnavailableError) }]);
  expect(errors).toEqual([failed[0]?.error]);
  expect(tracked).toHaveLength(39);
  expect(events).toEqual([{ type: 'payments.registered', payments: 39, users: 39 }]);
  expect(server.requests).toHaveLength(40);
});

import { expect, test } from 'vitest';
import { LayoutTooNewError } from '../../lambda/client/index.ts';
import { NOTHING_REMEMBERED } from './support/gate.ts';
import { NOW, prepareTracker } from './support/tracker.ts';

test('stats are counted from the index and the ticks', async () => {
  const { tracker, payments, clock, tick } = await prepareTracker();
  await tracker.trackMany([
    { userId: 1, recordId: 10 },
    { userId: 1, recordId: 11 },
    { userId: 2, recordId: 10 },
  ]);
  for (const userId of ['3', '4']) await tracker.track(userId, 12);
  await payments.markMissing({ userId: '3', recordId: '12' }, NOW);
  await payments.markInvalid({ userId: '4', recordId: '12' }, 'not a number', NOW);
  await tick({ memory: { ...NOTHING_REMEMBERED, held: 2 } });
  clock.time += 15_000;

  expect(await tracker.getStats()).toEqual({
    trackedUsers: 2,
    pending: 3,
    held: 2,
    missing: 1,
    invalid: 1,
    updateIntervalSeconds: 20,
    totalUpdates: 45,
    failures: 0,
    lastUpdate: { at: '2026-01-01T12:00:00.000Z', ago: '15s ago', ageSeconds: 15 },
    lastSweep: null,
    usersUpdated: 37,
    paymentsConfirmed: 8,
    requests: { total: 50, ok: 46, failed: 0, rateLimited: 0 },
    blockedUntil: null,
    lastError: null,
    resting: false,
  });
});

test('stats show a failure and its penalty while they last', async () => {
  const { tracker, clock, tick, gate } = await prepareTracker();
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
  const { tracker } = await prepareTracker();

  expect(await tracker.getStats()).toMatchObject({
    trackedUsers: 0,
    updateIntervalSeconds: null,
    totalUpdates: 0,
    lastUpdate: null,
    resting: false,
  });
});

test('prints the stats', async () => {
  const { tracker, printed } = await prepareTracker();

  await tracker.printStats();

  expect(printed).toHaveLength(1);
  expect(printed[0]).toContain('📊 Global Payment Tracker Stats');
});

test('refuses to read the ticks of a newer version', async () => {
  const { table, tracker } = await prepareTracker();
  await table.setControl('layout', 3);

  await expect(tracker.getStats()).rejects.toThrow(LayoutTooNewError);
  await expect(tracker.status(1)).rejects.toThrow(LayoutTooNewError);
});

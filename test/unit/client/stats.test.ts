import { expect, test } from 'vitest';
import { formatStats, type TrackerStats, toStats } from '../../../lambda/client/stats.ts';
import { NO_COUNTERS, RESTING_AFTER } from '../../../lambda/tracker/control-state.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';

const STATS: TrackerStats = {
  trackedUsers: 37,
  pending: 39,
  held: 0,
  missing: 0,
  invalid: 0,
  updateIntervalSeconds: 20,
  totalUpdates: 45,
  failures: 1,
  lastUpdate: { at: '2026-01-01T12:00:00.000Z', ago: '15s ago', ageSeconds: 15 },
  lastSweep: { at: '2026-01-01T12:00:00.000Z', ago: '15s ago', ageSeconds: 15 },
  usersUpdated: 37,
  paymentsConfirmed: 8,
  requests: { total: 50, ok: 46, failed: 3, rateLimited: 1, thisMonth: 50, perMonth: 133_920 },
  webhookSilent: false,
  blockedUntil: null,
  lastError: null,
  resting: false,
};

const unpaid = (pending: readonly PaymentKey[]) => ({ pending, missing: [], invalid: [] });

test('prints the stats in their known form', () => {
  expect(formatStats(STATS)).toBe(
    `
============================================================
📊 Global Payment Tracker Stats
============================================================
Tracked Users: 37
Update Interval: 20s
Total Updates: 45
Last Update: 15s ago
Users Updated: 37
Payments Confirmed: 8
============================================================
`.trim(),
  );
});

test('prints what is not known yet as such', () => {
  const text = formatStats({ ...STATS, updateIntervalSeconds: null, lastUpdate: null });

  expect(text).toContain('Update Interval: unknown before the first tick\n');
  expect(text).toContain('Last Update: never\n');
});

test('stats are plain data: they survive JSON', () => {
  const control = {
    emptyTicks: 0,
    counters: { ...NO_COUNTERS, failures: 1 },
    lastSuccessAt: 1000,
    sweptAt: -1_000_000,
    blockedUntil: 99_000,
    lastError: { kind: 'Timeout', message: 'no answer', at: 5000 },
  } as const;

  const stats = toStats(control, unpaid([{ userId: '1', recordId: '2' }]), 9000);

  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  expect(stats).toMatchObject({
    failures: 1,
    lastUpdate: { at: '1970-01-01T00:00:01.000Z', ago: '8s ago', ageSeconds: 8 },
    lastSweep: { at: '1969-12-31T23:43:20.000Z', ago: '16m ago', ageSeconds: 1009 },
    blockedUntil: '1970-01-01T00:01:39.000Z',
    lastError: { at: '1970-01-01T00:00:05.000Z' },
  });
});

test('the last sweep is absent before the first, and never younger than now', () => {
  const control = { emptyTicks: 0, counters: NO_COUNTERS };

  expect(toStats(control, unpaid([]), 9000).lastSweep).toBeNull();
  expect(toStats({ ...control, sweptAt: 10_000 }, unpaid([]), 9000).lastSweep).toMatchObject({
    ageSeconds: 0,
  });
});

test('payments that are held and given up are counted', () => {
  const control = { emptyTicks: 0, counters: NO_COUNTERS, held: 3 };
  const key = { userId: '1', recordId: '2' };

  const stats = toStats(control, { pending: [key, key], missing: [key], invalid: [] }, 9000);

  expect(stats).toMatchObject({ pending: 2, held: 3, missing: 1, invalid: 0 });
});

test('a penalty that is over is not shown', () => {
  const control = { emptyTicks: 0, counters: NO_COUNTERS, blockedUntil: 9000 };

  expect(toStats(control, unpaid([]), 9000).blockedUntil).toBeNull();
});

test('the tracker rests when enough ticks were empty, unless something is pending by now', () => {
  const rests = (emptyTicks: number, pending = 0) => {
    const payments = Array.from({ length: pending }, (_, i) => ({ userId: '1', recordId: String(i) }));
    return toStats({ emptyTicks, counters: NO_COUNTERS }, unpaid(payments), 0).resting;
  };

  expect([rests(RESTING_AFTER - 1), rests(RESTING_AFTER), rests(RESTING_AFTER, 1)]).toEqual([
    false,
    true,
    false,
  ]);
});

test('says what the interval needs in a month, with bulk lists and without', () => {
  const control = { emptyTicks: 0, counters: NO_COUNTERS, intervalSeconds: 20 };
  const pending = Array.from({ length: 2000 }, (_, index) => ({ userId: '1', recordId: `${index}` }));
  const perMonth = (bulkList?: { supported: boolean; learnedAt: number }) =>
    toStats({ ...control, ...(bulkList && { bulkList }) }, unpaid(pending), 9000).requests.perMonth;

  expect(perMonth()).toBe(133_920);
  expect(perMonth({ supported: true, learnedAt: 0 })).toBe(133_920);
  expect(perMonth({ supported: false, learnedAt: 0 })).toBe(4 * 133_920);
});

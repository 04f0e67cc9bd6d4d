import { describe, expect, it } from 'vitest';
import { QUOTA_PENALTY_MS } from '../../../lambda/nocodb/retry-after.ts';
import { QuotaUsedUpError, ServerFaultError } from '../../../lambda/tracker/errors.ts';
import { requestsInMonth } from '../../../lambda/tracker/month.ts';
import { requestsPerMonth, requestsPerTick } from '../../../lambda/tracker/requests-needed.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness, INTERVAL } from './harness.ts';

const DECEMBER = Date.UTC(2026, 11, 1);

describe('requests of a month', () => {
  it('are counted in the calendar month of UTC, and begin anew with it', async () => {
    const { clock, table, next, pending } = harness();
    await pending('alice', '1');
    clock.set(DECEMBER - 3 * INTERVAL * 1000);

    await next();
    await next();
    const november = table.control.month;
    await next();

    expect(november).toEqual(['2026-11', 2]);
    expect(table.control.month).toEqual(['2026-12', 1]);
  });

  it('include those that fail', async () => {
    const { table, source, next, pending } = harness();
    await pending('alice', '1');
    source.faults = [new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow();
    await next();

    expect(table.control.month?.[1]).toBe(table.control.counters.requests);
    expect(table.control.month?.[1]).toBe(2);
  });

  it('are none in a month without a tick', () => {
    expect(requestsInMonth(['2026-11', 9], DECEMBER)).toBe(0);
    expect(requestsInMonth(undefined, DECEMBER)).toBe(0);
  });

  it('stay counted when the tracker watches another table', async () => {
    const world = harness({ source: 'new' });
    await world.table.remember({ source: 'old', month: ['2026-01', 5] });
    await world.pending('alice', '1');

    await world.next();

    expect(world.table.control.month).toEqual(['2026-01', 6]);
  });
});

describe('a quota that runs out', () => {
  it('costs a request an hour, and comes back with the month: then everything that was paid is confirmed', async () => {
    const { clock, table, source, run, pending, eventsOf } = harness({ intervalSeconds: 3600 });
    const QUOTA = 20;
    clock.set(DECEMBER - 48 * 3_600_000);
    for (let id = 1; id <= 9; id++) await pending('alice', String(id));
    const { list } = source;
    let refused = 0;
    source.list = (query, context) => {
      const isUsedUp = clock.now() < DECEMBER && source.requests.length - refused >= QUOTA;
      if (isUsedUp) {
        refused += 1;
        source.faults = [new QuotaUsedUpError({ ...DETAILS, retryAt: clock.now() + QUOTA_PENALTY_MS })];
      }
      return list.call(source, query, context);
    };

    // The loop would also repeat a failed tick sooner: the gate refuses that.
    for (let minute = 0; minute < 49 * 60; minute += 20) {
      if (minute === 40 * 60) source.records.set('7', { paid: true });
      await run().catch((error: unknown) => expect(error).toBeInstanceOf(QuotaUsedUpError));
      clock.set(DECEMBER - 48 * 3_600_000 + (minute + 20) * 60_000);
    }

    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThanOrEqual(48);
    expect(eventsOf('tick.failed').every(({ kind }) => kind === 'QuotaUsedUp')).toBe(true);
    expect(eventsOf('tick.skipped').every(({ cause }) => cause === 'QuotaUsedUp')).toBe(true);
    expect(table.status('alice', '7')).toBe('paid');
    expect(table.item('alice', '7')?.paidAt).toBeLessThanOrEqual(DECEMBER + 3_600_000);
    expect(table.control.lastError).toBeUndefined();
    expect(table.control.month?.[0]).toBe('2026-12');
  });
});

describe('the requests that an interval needs', () => {
  it.each([
    [20, 133_920],
    [60, 47_520],
    [300, 9_504],
    [3600, 792],
  ])('at %i s are about %i a month with 300 payments: the ticks and their audits', (interval, requests) => {
    expect(requestsPerMonth(300, interval, true)).toBe(requests);
    expect(requestsPerMonth(300, interval, false)).toBe(requests);
  });

  it.each([
    [2_000, 1 + 1 / 30, 4 + 4 / 30],
    [10_000, 1 + 2 / 30, 5],
    [30_000, 2 + 1 / 8, 5],
  ])('with %i payments are %d in a tick, and without bulk lists %d', (pending, withBulkLists, without) => {
    expect(requestsPerTick(pending, 20, true)).toBeCloseTo(withBulkLists);
    expect(requestsPerTick(pending, 20, false)).toBeCloseTo(without);
  });
});

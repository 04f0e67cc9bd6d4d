import { describe, expect, it } from 'vitest';
import { ServerFaultError } from '../../../lambda/tracker/errors.ts';
import { requestsInMonth } from '../../../lambda/tracker/month.ts';
import { requestsPerMonth } from '../../../lambda/tracker/requests-needed.ts';
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

describe('the requests that an interval needs', () => {
  it.each([
    [20, 133_920],
    [60, 47_520],
    [300, 9_504],
    [3600, 792],
  ])('at %i s are about %i a month with 300 payments: the ticks and their audits', (interval, requests) => {
    expect(requestsPerMonth(300, interval)).toBe(requests);
  });
});

import { describe, expect, it } from 'vitest';
import { faultsOf, growthOf, type SoakOutcome } from '../../bench/soak/judge.ts';

const GOOD: SoakOutcome = {
  account: {
    ticked: 10,
    readablePaid: 10,
    announcedPayments: 10,
    announcements: 10,
    counted: 10,
    pending: 5,
    expectedPending: 5,
  },
  memory: { first: 100, last: 110 },
  tickTime: { first: 200, last: 180 },
};

describe('a soak', () => {
  it('is good when every payment is confirmed, told and counted once, and nothing grows', () => {
    expect(faultsOf(GOOD)).toEqual([]);
  });

  it.each([
    ['readablePaid', 9, '10 records were ticked, but 9 payments are paid'],
    ['announcedPayments', 9, '10 records were ticked, but 9 were announced'],
    ['announcements', 11, '10 payments were announced 11 times'],
    ['counted', 11, '10 records were ticked, but getStats() counts 11'],
    ['pending', 6, '5 payments should be pending, but 6 are'],
  ])('is not when %s is %i', (name, value, fault) => {
    expect(faultsOf({ ...GOOD, account: { ...GOOD.account, [name]: value } })).toContain(fault);
  });

  it('is not when memory or time grows, or was never seen', () => {
    expect(faultsOf({ ...GOOD, memory: { first: 100, last: 130 } })).toHaveLength(1);
    expect(faultsOf({ ...GOOD, tickTime: { first: Number.NaN, last: Number.NaN } })).toHaveLength(1);
  });
});

describe('growth', () => {
  it('is that of the medians of the first and the last third, after a warm-up', () => {
    const value = (at: number) => (at < 10 ? 1_000 : at < 40 ? 5 : 8);
    const samples = Array.from({ length: 101 }, (_, at) => ({ at, value: value(at) }));

    expect(growthOf(samples)).toEqual({ first: 5, last: 8 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTERVAL_SECONDS } from '../../../lambda/settings/settings.ts';
import {
  auditEvery,
  hasSlots,
  nextAllowedAfter,
  nextSlot,
  slotOf,
  timeLimits,
} from '../../../lambda/tracker/interval.ts';

const interval = fc.integer({ min: INTERVAL_SECONDS.min, max: INTERVAL_SECONDS.max });
const slotted = fc.integer({ min: INTERVAL_SECONDS.min, max: 59 });
const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2036, 0, 1) });

describe('time limits', () => {
  it('nest for every interval: asking < writing < Lambda timeout < lease < interval', () => {
    fc.assert(
      fc.property(interval, (seconds) => {
        const { askMilliseconds, writeMilliseconds, lambdaTimeoutSeconds, leaseMilliseconds } =
          timeLimits(seconds);
        const nested = [
          askMilliseconds,
          writeMilliseconds,
          lambdaTimeoutSeconds * 1000,
          leaseMilliseconds,
          seconds * 1000,
        ];
        expect(nested).toEqual([...new Set(nested)].sort((a, b) => a - b));
        expect(Number.isInteger(lambdaTimeoutSeconds)).toBe(true);
      }),
    );
  });

  it('stay within a minute for long intervals', () => {
    expect(timeLimits(300).lambdaTimeoutSeconds).toBe(60);
    expect(timeLimits(3600)).toEqual(timeLimits(300));
  });
});

describe('slots', () => {
  it('lie on the grid of the clock, and the next is always ahead', () => {
    fc.assert(
      fc.property(slotted, moment, (seconds, now) => {
        const slot = nextSlot(now, seconds);
        expect(slot % (seconds * 1000)).toBe(0);
        expect(slot - now).toBeGreaterThan(0);
        expect(slot - now).toBeLessThanOrEqual(seconds * 1000);
      }),
    );
  });

  it('claim the moments an eighth of the interval before them', () => {
    const slot = Date.UTC(2026, 0, 1);

    expect(slotOf(slot - 2_500, 20)).toBe(slot);
    expect(slotOf(slot - 2_501, 20)).toBe(slot - 20_000);
    expect(slotOf(slot + 17_499, 20)).toBe(slot);
  });

  it('open the gate after half an interval, and always before the next slot', () => {
    fc.assert(
      fc.property(slotted, moment, (seconds, now) => {
        const opens = nextAllowedAfter(now, seconds);
        expect(opens - slotOf(now, seconds)).toBe(seconds * 500);
      }),
    );
  });
});

describe('an interval of a minute or more', () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 59);

  it('has no slots: the gate opens before the next start of the loop, and the next tick is an interval later', () => {
    expect([5, 59, 60, 3600].map(hasSlots)).toEqual([true, true, false, false]);
    expect(nextAllowedAfter(now, 60)).toBe(now + 30_000);
    expect(nextAllowedAfter(now, 3600)).toBe(now + 30_000);
    expect(nextSlot(now, 3600)).toBe(now + 3_600_000);
  });

  it('has an audit every ten ticks, and a shorter one every ten minutes', () => {
    expect([5, 20, 60, 300, 3600].map((seconds) => auditEvery(seconds) / 60_000)).toEqual([
      10, 10, 10, 50, 600,
    ]);
  });
});

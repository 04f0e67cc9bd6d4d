import { describe, expect, it } from 'vitest';
import { missedGoals } from './report.ts';
import { simulate } from './simulation.ts';
import { VirtualTime } from './virtual-time.ts';
import { MANY_FAULTS, WEBHOOK_FIRST } from './world/fault-profile.ts';

describe('a seed', { timeout: 60_000 }, () => {
  it('repeats a simulation exactly, and another one does not', async () => {
    const run = (seed: number) => simulate({ profile: MANY_FAULTS, seed, minutes: 120 });

    const [first, again, other] = [await run(3), await run(3), await run(4)];

    expect(again).toEqual(first);
    expect(other.delayHistogram).not.toEqual(first.delayHistogram);
  });
});

describe('a simulation', { timeout: 60_000 }, () => {
  it.each([5, 60, 300])(
    'keeps what must never happen from happening at an interval of %i s',
    async (interval) => {
      const report = await simulate({
        profile: MANY_FAULTS,
        seed: 5,
        minutes: 300,
        intervalSeconds: interval,
      });

      expect(report.confirmed).toBeGreaterThan(500);
      expect(missedGoals(report)).toEqual([]);
    },
  );
});

describe('webhook first', { timeout: 120_000 }, () => {
  it('confirms half of the payments within a second, and loses none of those whose call is lost', async () => {
    const report = await simulate({ profile: WEBHOOK_FIRST, seed: 7, minutes: 1_200 });

    expect(report.intervalSeconds).toBe(3600);
    expect(report.confirmed).toBeGreaterThan(1_000);
    expect(missedGoals(report)).toEqual([]);
    expect(report.delay.max).toBeGreaterThan(10);
  });

  it('goes on when the webhook is silent: every minute, until it reports again', async () => {
    const silent = { ...WEBHOOK_FIRST, webhook: { lost: 1 } };

    const report = await simulate({ profile: silent, seed: 7, minutes: 600 });

    expect(report.lost).toBe(0);
    expect(report.delay.p99).toBeLessThan(180);
    expect(missedGoals(report).map(({ goal }) => goal)).toContain('0 ticks that take the webhook for silent');
  });
});

describe('virtual time', () => {
  it('passes only when nothing is left to do, and in the order of the moments', async () => {
    const time = new VirtualTime(1_000);
    const log: string[] = [];
    const sleeper = (name: string, milliseconds: number) => async () => {
      await time.sleep(milliseconds);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      log.push(`${name} at ${time.now()}`);
    };

    time.spawn(sleeper('late', 20));
    time.spawn(sleeper('early', 10));
    time.spawn(sleeper('also early', 10));
    await time.runUntil(2_000);

    expect(log).toEqual(['early at 1010', 'also early at 1010', 'late at 1020']);
    expect(time.now()).toBe(2_000);
  });

  it('ends with the error of whatever ran in it', async () => {
    const time = new VirtualTime(0);
    time.spawn(async () => {
      await time.sleep(5);
      throw new Error('unforeseen');
    });

    await expect(time.runUntil(10)).rejects.toThrow('unforeseen');
  });
});

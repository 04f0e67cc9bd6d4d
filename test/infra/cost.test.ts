import { describe, expect, it } from 'vitest';
import { billFor } from '../../infra/cost/bill.ts';
import { readDeployment, synthTemplate } from '../../infra/cost/deployment.ts';
import { meanExecution, monthlyUsage } from '../../infra/cost/usage.ts';
import { runLoop } from './support/loop-run.ts';

const DEPLOYMENT = readDeployment(synthTemplate(20));

const billOf = (users: number) => billFor(monthlyUsage(DEPLOYMENT, users));

describe('the deployed stack', () => {
  it('is read from its template', () => {
    expect(DEPLOYMENT).toMatchObject({
      intervalSeconds: 20,
      tickGb: 0.5,
      streamGb: [0.25, 0.25],
      alarms: 15,
      dashboards: 1,
      pointInTimeRecovery: true,
      traced: true,
    });
  });

  it('has no key of its own, no network of its own and no capacity paid in advance, which the bill does not know', () => {
    const types = Object.values(synthTemplate(20).Resources).map(({ Type }) => Type);

    expect(
      types.filter((type) =>
        /::(KMS|EC2|SecretsManager|ApplicationAutoScaling|Logs::MetricFilter)/.test(type),
      ),
    ).toEqual([]);
  });
});

describe('a month after the always-free tier', () => {
  it('costs less than $0.75 when nothing is pending, $0.50 of it for alarms', () => {
    expect(billOf(0).afterFreeTier).toBeLessThan(0.75);
  });

  it('costs at most $5 with 300 users', () => {
    expect(billOf(300).afterFreeTier).toBeLessThanOrEqual(5);
  });

  it('costs at most $8 with 10,000 users', () => {
    expect(billOf(10_000).afterFreeTier).toBeLessThanOrEqual(8);
  });

  it('costs at most $15.20 with 1,000,000 users', () => {
    expect(billOf(1_000_000).afterFreeTier).toBeLessThanOrEqual(15.2);
  });
});

describe('the list price', () => {
  it('stays within the same limits for all but what watches the tracker: alarms, dashboard, metrics and traces', () => {
    const withoutWatching = (users: number) =>
      billOf(users)
        .lines.filter(({ service }) => !/alarms|dashboard|metrics|X-Ray/.test(service))
        .reduce((sum, { list }) => sum + list, 0);

    expect(withoutWatching(0)).toBeLessThan(0.5);
    expect(withoutWatching(300)).toBeLessThanOrEqual(5);
    expect(withoutWatching(10_000)).toBeLessThanOrEqual(8);
  });
});

describe('an execution of the loop', () => {
  it.each([5, 20, 60, 90, 300])(
    'takes as long as the bill assumes, at an interval of %i s',
    async (interval) => {
      const STARTS = 60;
      let seconds = 0;
      let ticks = 0;
      for (let index = 0; index < STARTS; index++) {
        const start = Date.UTC(2026, 0, 1) + Math.round((interval * 1000 * (index + 0.5)) / STARTS);
        const run = await runLoop({
          intervalSeconds: interval,
          start,
          control: { emptyTicks: 0, lastTickAt: start },
        });
        seconds += run.duration / 1000;
        ticks += run.calls.length;
      }

      const assumed = meanExecution(interval, 0.1);
      expect(ticks / STARTS).toBeCloseTo(assumed.ticks, 1);
      // An execution without a slot before its end still takes the time of some transitions.
      expect(Math.abs(seconds / STARTS - assumed.seconds)).toBeLessThan(0.5);
    },
  );
});

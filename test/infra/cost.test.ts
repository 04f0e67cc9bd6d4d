import { describe, expect, it } from 'vitest';
import { ALARM_IDS } from '../../infra/constructs/alarm-runbook.ts';
import { ASSUMPTIONS } from '../../infra/cost/assumptions.ts';
import { billFor } from '../../infra/cost/bill.ts';
import { readDeployment, synthTemplate } from '../../infra/cost/deployment.ts';
import { PRICES } from '../../infra/cost/prices.ts';
import { ticksPerMonth } from '../../infra/cost/tick-usage.ts';
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
      alarms: ALARM_IDS.length - 1,
      dashboards: 0,
      pointInTimeRecovery: true,
      traced: false,
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

describe('a month', () => {
  it.each([
    ['nothing pending', 0, 1.5, 0.4],
    ['300 users', 300, 5, 3.5],
    ['10,000 users', 10_000, 8.5, 5.2],
    ['100,000 users', 100_000, 8.5, 5.2],
    ['1,000,000 users', 1_000_000, 15, 12],
  ])(
    'with %s costs no more than it may, at list price and after the always-free tier',
    (_, users, list, free) => {
      expect(billOf(users).list).toBeLessThanOrEqual(list);
      expect(billOf(users).afterFreeTier).toBeLessThanOrEqual(free);
    },
  );

  it('has no alarm beyond those that are free', () => {
    expect(DEPLOYMENT.alarms).toBeLessThanOrEqual(PRICES.alarms.free);
  });
});

describe('an interval without slots', () => {
  const hourly = (users: number) => {
    const { lines } = billFor(monthlyUsage({ ...DEPLOYMENT, intervalSeconds: 3600 }, users));
    const of = (service: string) =>
      lines.filter((line) => line.service === service).reduce((sum, { list }) => sum + list, 0);
    return { loop: of('Step Functions') + of('EventBridge'), ticks: of('Lambda') + of('DynamoDB') };
  };

  it('costs no more for the loop than its starts: ten cents a month', () => {
    expect(hourly(0).loop).toBeLessThan(0.11);
    expect(hourly(300).loop).toBeLessThan(0.11);
    expect(hourly(300).ticks).toBeLessThan(0.02);
  });

  it('has a tick each hour, and one in each minute in which a payment is tracked', () => {
    expect(ticksPerMonth(0, 3600)).toBe(720);
    expect(ticksPerMonth(300, 3600)).toBeCloseTo(1019, 0);
    expect(ticksPerMonth(1_000_000_000, 3600)).toBe(43_200);
    expect(ticksPerMonth(300, 60)).toBe(43_200);
    expect(ticksPerMonth(300, 20)).toBe(129_600);
  });

  it('has executions as short as the bill assumes', async () => {
    const start = Date.UTC(2026, 0, 1);
    const control = { emptyTicks: 0, lastTickAt: start, lastSuccessAt: start };
    const { calls, duration } = await runLoop({ intervalSeconds: 3600, start: start + 60_000, control });

    expect(calls).toEqual([]);
    expect(duration).toBeLessThan(ASSUMPTIONS.idleExecutionMilliseconds);
  });
});

describe('an execution of the loop', () => {
  it.each([5, 20, 59])('takes as long as the bill assumes, at an interval of %i s', async (interval) => {
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
  });
});

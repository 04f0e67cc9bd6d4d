import { Duration } from 'aws-cdk-lib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { staleAge } from '../../infra/constructs/alarm-rules.ts';
import { RateLimitedError, ServerFaultError, TokenRejectedError } from '../../lambda/tracker/errors.ts';
import { alarmsOf } from '../support/alarms.ts';
import { DETAILS } from '../support/fake-source.ts';
import { alarmWorld } from './support/alarm-world.ts';
import { NOCODB, synthTracker } from './support/synth.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const ALARMS = alarmsOf(synthTracker({ nocodb: { ...NOCODB, ownerField: 'TG ID' } }).toJSON().Resources);
const HOUR = 60;

function prepare(intervalSeconds = 20) {
  const alarms =
    intervalSeconds === 20
      ? ALARMS
      : alarmsOf(synthTracker({ interval: Duration.seconds(intervalSeconds) }).toJSON().Resources);
  return alarmWorld(alarms, intervalSeconds);
}

const forEver = <T>(fault: T): T[] => Array.from({ length: 10_000 }, () => fault);

describe('no alarm rings', () => {
  it('while nothing is pending', async () => {
    expect(await prepare().pass(HOUR)).toEqual({});
  });

  it.each([5, 20, 60, 61, 90, 120, 300])('without faults, at an interval of %i s', async (interval) => {
    const world = prepare(interval);
    await world.track(45);

    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when a payment is tracked after hours of rest', async () => {
    const world = prepare();
    await world.pass(HOUR + 4);
    await world.track(1);

    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when NocoDB is restarted, which takes a minute', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);
    world.source.faults = [1, 2, 3].map(() => new ServerFaultError(DETAILS));

    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when Step Functions publishes its metrics four minutes late', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);

    expect(await world.pass(4, { ruleFires: true, stepFunctionsIsLate: true })).toEqual({});
    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when NocoDB cuts its pages, which costs requests and nothing else', async () => {
    const world = prepare();
    await world.track(45);
    world.source.cap = 5;

    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when NocoDB refuses one request as one too many', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);
    world.source.faults = [new RateLimitedError({ ...DETAILS, retryAt: world.clock.now() + 30_000 })];

    expect(await world.pass(HOUR)).toEqual({});
  });
});

describe('an alarm rings', () => {
  it('when NocoDB stays away: for the loop, and within 4 minutes for the age of the data', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);
    world.source.faults = forEver(new ServerFaultError(DETAILS));

    expect(await world.pass(10)).toEqual({ LoopFails: 3, DataStale: 3 });
  });

  it.each([5, 60, 61, 90, 120, 300])(
    'when the data is 3 intervals old, at an interval of %i s',
    async (interval) => {
      const world = prepare(interval);
      await world.track(45);
      await world.pass(HOUR);
      world.source.faults = forEver(new ServerFaultError(DETAILS));

      const { DataStale: minutes = Number.POSITIVE_INFINITY } = await world.pass(HOUR);

      const due = Math.max(3 * interval, 180) / 60;
      // The alarm's periods are whole minutes, which do not start together with the fault.
      const period = Math.ceil(interval / 60);
      expect(minutes).toBeGreaterThanOrEqual(due - period);
      expect(minutes).toBeLessThanOrEqual(due + 2 * period);
    },
  );

  it('when the token is rejected, in the same minute', async () => {
    const world = prepare();
    await world.track(45);
    world.source.faults = forEver(new TokenRejectedError(DETAILS));

    expect(await world.pass(10)).toMatchObject({ ActionNeeded: 1, LoopFails: 3 });
  });

  it('when audits miss most records, until one finds them again', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(30);
    const records = [...world.source.records];
    for (const [id] of records.slice(0, 30)) world.source.records.delete(id);

    expect(await world.pass(45)).toEqual({ ActionNeeded: expect.toSatisfy((minute) => minute <= 30) });
    for (const [id, record] of records) world.source.records.set(id, record);
    await world.pass(30);

    expect(await world.pass(HOUR)).toEqual({});
  });

  it('of stale data when the sweep does not get on for more than 200 intervals, although news keep the data fresh', async () => {
    const world = prepare();
    await world.track(45);
    world.source.latencyPerId = 200;
    expect(await world.pass(HOUR)).toEqual({});
    world.source.latencyPerId = 1_000_000;

    const rang = await world.pass(80);

    const isDue = expect.toSatisfy((minute) => minute >= 67 && minute <= 73);
    expect(rang).toEqual({ LoopFails: 3, DataStale: isDue });
  });

  it('when NocoDB rate-limits time and again', async () => {
    const world = prepare();
    await world.track(45);
    for (let minute = 0; minute < 14; minute++) {
      world.source.faults = [new RateLimitedError({ ...DETAILS, retryAt: world.clock.now() + 40_000 })];
      await world.pass(1);
    }

    expect(await world.pass(1)).toHaveProperty('RateLimited');
  });

  it('when one penalty is so long that the data grows old in it, though no tick asks meanwhile', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);
    world.source.faults = [new RateLimitedError({ ...DETAILS, retryAt: world.clock.now() + 3_600_000 })];

    expect(await world.pass(10)).toEqual({ DataStale: 3 });
  });

  it('when the loop is not started, which no metric of the tracker could tell', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(10);

    expect(await world.pass(10, { ruleFires: false })).toEqual({ LoopStopped: 5 });
  });

  it('when the loop is not started, though nothing is pending', async () => {
    const world = prepare();
    await world.pass(10);

    expect(await world.pass(10, { ruleFires: false })).toEqual({ LoopStopped: 5 });
  });

  it('when a payment is given up, at that moment', async () => {
    const world = prepare();
    await world.track(45);
    await world.pass(5);
    world.source.records.delete('7');

    const rang = await world.pass(45);

    expect(rang).toEqual({ PaymentsGivenUp: expect.toSatisfy((minute) => minute > 20 && minute <= 36) });
    expect(await world.pass(HOUR)).toEqual({});
  });

  it('when a paid record belongs to somebody else', async () => {
    const world = prepare();
    await world.track(1);
    world.source.records.set('1', { paid: true, owner: 'somebody else' });

    expect(await world.pass(5)).toEqual({ OwnerMismatch: 1 });
  });
});

it('data is never stale within an interval and its delays, whatever the interval', () => {
  for (let interval = 5; interval <= 300; interval++) {
    expect(staleAge(interval)).toBeGreaterThanOrEqual(1.5 * interval);
    expect(staleAge(interval)).toBeLessThan(Math.max(3 * interval, 180));
  }
});

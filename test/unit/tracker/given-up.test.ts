import { describe, expect, it } from 'vitest';
import { ServerFaultError, SourceLooksWrongError } from '../../../lambda/tracker/errors.ts';
import { ASK_GIVEN_UP_EVERY } from '../../../lambda/tracker/given-up.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const MINUTE = 60_000;

/** A tracker with payments that are given up: `alice` has a missing record, `bob` an invalid id. */
async function prepare() {
  const world = harness();
  const { table, clock, source, next } = world;
  await table.track('alice', '1');
  await table.track('bob', 'rec_2');
  source.records.set('3', { paid: false });
  await table.track('carol', '3');
  source.poison.add('rec_2');
  // Asks for carol's record, so that an id is known that the server accepts.
  await next().catch(() => {});
  await next();
  await table.payments.markMissing({ userId: 'alice', recordId: '1' }, clock.now());
  await passTime(world, 2 * MINUTE);
  expect([table.status('alice', '1'), table.status('bob', 'rec_2')]).toEqual(['missing', 'invalid']);
  source.requests.length = 0;
  return world;
}

/** Ticks for a time, whatever the ticks come to. @returns how many failed */
async function passTime({ clock, next }: ReturnType<typeof harness>, milliseconds: number): Promise<number> {
  let failed = 0;
  for (const end = clock.now() + milliseconds; clock.now() < end; ) {
    await next().catch(() => {
      failed += 1;
    });
  }
  return failed;
}

describe('a table that is wrong for 35 minutes', () => {
  it('gives up nobody, says so, and confirms everybody when it is right again', async () => {
    const world = harness();
    const { table, source, pending, eventsOf } = world;
    for (let id = 1; id <= 37; id += 1) await pending(`user-${id}`, String(id));
    await passTime(world, 5 * MINUTE);
    source.records.clear();

    const failed = await passTime(world, 35 * MINUTE);
    for (let id = 1; id <= 37; id += 1) source.records.set(String(id), { paid: true });
    await passTime(world, MINUTE);

    expect(failed).toBeGreaterThanOrEqual(3);
    for (const { error } of eventsOf('tick.failed')) expect(error).toBeInstanceOf(SourceLooksWrongError);
    expect(eventsOf('payment.missing')).toEqual([]);
    expect(table.items().every(({ status }) => status === 'paid')).toBe(true);
  });
});

describe('a part of the rows that is restored after three audits', () => {
  it('makes payments missing, and all of them are confirmed within an hour after that', async () => {
    const world = harness();
    const { table, source, pending, eventsOf } = world;
    for (let id = 1; id <= 37; id += 1) await pending(`user-${id}`, String(id));
    await passTime(world, 5 * MINUTE);
    for (let id = 1; id <= 15; id += 1) source.records.delete(String(id));

    await passTime(world, 45 * MINUTE);
    expect(eventsOf('payment.missing')).toHaveLength(15);
    for (let id = 1; id <= 37; id += 1) source.records.set(String(id), { paid: true });
    await passTime(world, ASK_GIVEN_UP_EVERY + MINUTE);

    expect(table.items().map(({ status }) => status)).toEqual(Array.from({ length: 37 }, () => 'paid'));
    expect(eventsOf('payment.confirmed')).toHaveLength(37);
  });
});

describe('payments that are given up', () => {
  it('are asked for once an hour, the invalid id alone, and stay so while nothing has changed', async () => {
    const world = await prepare();
    const { table, source } = world;

    await passTime(world, 3 * ASK_GIVEN_UP_EVERY);

    const given = source.requests
      .flatMap(({ queries }) => queries.map(({ recordIds }) => recordIds.join(' ')))
      .filter((ids) => ids !== '3');
    // The last of each three is the question whether the server accepts the id that it accepted before.
    expect(given).toEqual(Array.from({ length: 3 }, () => ['1', 'rec_2', '1']).flat());
    expect([table.status('alice', '1'), table.status('bob', 'rec_2')]).toEqual(['missing', 'invalid']);
  });

  it('cost no request when there are none', async () => {
    const world = harness({ auditEvery: Number.POSITIVE_INFINITY });
    await world.pending('carol', '3');

    await passTime(world, 3 * ASK_GIVEN_UP_EVERY);

    expect(world.source.requests).toHaveLength((3 * ASK_GIVEN_UP_EVERY) / 20_000);
  });

  it('are pending again when their record exists, and confirmed when it is paid', async () => {
    const world = await prepare();
    const { table, source, eventsOf } = world;
    source.records.set('1', { paid: false });
    source.poison.clear();
    source.records.set('rec_2', { paid: true });

    await passTime(world, ASK_GIVEN_UP_EVERY);

    expect(table.item('alice', '1')).toMatchObject({ status: 'pending', shard: 'new' });
    expect(table.item('alice', '1')).not.toHaveProperty('givenUpAt');
    expect(table.status('bob', 'rec_2')).toBe('paid');
    expect(eventsOf('payment.revived')).toMatchObject([{ payment: { userId: 'alice', recordId: '1' } }]);
    expect(eventsOf('payment.confirmed')).toHaveLength(1);
  });

  it('stay given up when the record that has their id belongs to somebody else', async () => {
    const world = await prepare();
    world.source.records.set('1', { paid: true, owner: 'mallory' });

    await passTime(world, 2 * ASK_GIVEN_UP_EVERY);

    expect(world.table.status('alice', '1')).toBe('missing');
    expect(world.eventsOf('payment.ownerMismatch')).toEqual([]);
  });

  it('do not keep the loop from resting, and are asked for by the ticks of a resting loop', async () => {
    const world = await prepare();
    const { table, source, clock, run } = world;
    source.records.set('3', { paid: true });
    await passTime(world, MINUTE * 2);
    expect(table.control.emptyTicks).toBeGreaterThanOrEqual(3);
    source.requests.length = 0;

    for (let minutes = 0; minutes <= 65; minutes += 5) {
      clock.advance(5 * MINUTE);
      expect(await run()).toMatchObject({ resting: true });
    }

    expect(source.requests.flatMap(({ queries }) => queries).map(({ recordIds }) => recordIds[0])).toContain(
      '1',
    );
  });

  it('are asked for slice by slice, and at once when a clock was wrong', async () => {
    const world = harness();
    const { table, source, clock, next } = world;
    for (let id = 1; id <= 6_000; id += 1) {
      await table.track(`user-${id}`, String(id));
      await table.payments.markMissing({ userId: `user-${id}`, recordId: String(id) }, clock.now());
      source.records.set(String(id), { paid: false });
    }
    await table.remember({ givenUp: { startedAt: clock.now() + 365 * 24 * ASK_GIVEN_UP_EVERY } });
    const missing = () => table.items().filter(({ status }) => status === 'missing').length;

    await next();
    const afterFirst = missing();
    while (missing() > 0) await next();

    expect(afterFirst).toBe(1_000);
    expect(table.control.givenUp).not.toHaveProperty('isRunning');
  });

  it('are passed after an error, which one tick tells, and asked for again in the next hour', async () => {
    const world = await prepare();
    const { source, table } = world;
    source.records.set('1', { paid: true });
    const ask = source.list.bind(source);
    source.list = async (query, context) => {
      if (query.want === 'existing' && query.recordIds.includes('1')) throw new ServerFaultError(DETAILS);
      return ask(query, context);
    };

    const failed = await passTime(world, ASK_GIVEN_UP_EVERY);
    source.list = ask;
    await passTime(world, ASK_GIVEN_UP_EVERY);

    expect(failed).toBe(1);
    expect(table.status('alice', '1')).toBe('paid');
  });

  it('are confirmed by news at once', async () => {
    const world = await prepare();
    const { table, source, clock, next } = world;
    await table.remember({ isPartial: true });
    source.records.set('1', { paid: true, changedAt: clock.now() });

    expect(await next()).toMatchObject({ confirmed: 1 });
    expect(table.status('alice', '1')).toBe('paid');
  });

  it('are newcomers when a bot tracks them again', async () => {
    const { table, next, source } = await prepare();
    await table.track('alice', '1');
    source.records.set('1', { paid: true });

    expect(table.item('alice', '1')).toMatchObject({ status: 'pending', shard: 'new' });
    expect(await next()).toMatchObject({ confirmed: 1 });
  });
});

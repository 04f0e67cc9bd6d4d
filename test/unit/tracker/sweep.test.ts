import { describe, expect, it, vi } from 'vitest';
import type { SweepState } from '../../../lambda/tracker/control-state.ts';
import { ServerFaultError, TableWriteFailedError } from '../../../lambda/tracker/errors.ts';
import { nameOf } from '../../../lambda/tracker/payment.ts';
import { NOTHING_RECONCILED } from '../../../lambda/tracker/reconcile.ts';
import {
  countUsers,
  firstLeft,
  positionAt,
  type SweepOptions,
  sweepSlice,
} from '../../../lambda/tracker/sweep.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const ALONE: SweepOptions = {
  isPartial: false,
  hasNews: false,
  isAudit: false,
  isShared: false,
  keepsTime: false,
};
/** One of several ticks, each of which asks for news first. */
const PARTIAL: SweepOptions = { ...ALONE, isPartial: true, hasNews: true };

/** A tracker with so many pending payments of as many users, with the records 1001, 1002 … */
async function prepare(count: number) {
  const world = harness();
  for (let id = 1001; id <= 1000 + count; id += 1) await world.pending(`user-${id}`, String(id));
  world.clock.set(50_000);
  const { table, source } = world;
  const { payments } = await table.payments.list(undefined, 10_000);
  const sweep = (
    options: SweepOptions,
    control: Partial<typeof table.control> = {},
    changes: Parameters<typeof world.context>[0] = {},
  ) => sweepSlice(world.context({ ...changes, control: { ...table.control, ...control } }), options);
  const asked = () => source.requests.map(({ queries }) => queries.flatMap(({ recordIds }) => recordIds));
  const moved = () => table.items().filter(({ shard }) => shard !== 'new').length;
  return { ...world, payments, sweep, asked, moved };
}

const NO_BULK_LISTS = { supported: false, learnedAt: 50_000 };
const FIVE = { ids: 5, successes: 0 };

describe('a sweep in one tick', () => {
  it('asks for everything at once, and knows how many are pending then', async () => {
    const { sweep, source, asked, eventsOf } = await prepare(4);
    source.records.set('1002', { paid: true });

    const result = await sweep({ ...ALONE, isAudit: true });

    expect(asked()).toEqual([['1001', '1002', '1003', '1004']]);
    expect(eventsOf('tick.started')).toEqual([{ type: 'tick.started', pending: 4, users: 4, audit: true }]);
    const { reconciliation, fetch, payments, ...others } = result;
    expect(others).toStrictEqual({
      state: undefined,
      newcomers: undefined,
      sweptAt: 50_000,
      isWhole: true,
      areNewcomersDone: true,
      pending: 3,
      held: 0,
      unanswered: 0,
    });
    expect(reconciliation.confirmed).toBe(1);
    expect(eventsOf('payment.confirmed')).toMatchObject([{ by: 'tick' }]);
    expect(fetch.requests).toBe(1);
    expect(payments).toHaveLength(4);
  });

  it('moves nobody in the index', async () => {
    const { sweep, moved } = await prepare(4);

    await sweep(ALONE);

    expect(moved()).toBe(0);
  });

  it('asks for a record once, whoever waits for it', async () => {
    const { sweep, pending, asked } = await prepare(1);
    await pending('bob', '1001');

    const { payments, pending: left } = await sweep(ALONE);

    expect(asked()).toEqual([['1001']]);
    expect(payments).toHaveLength(2);
    expect(left).toBe(2);
  });

  it.each([
    [true, 50_000 + 10_000 * 0.75 * 0.6],
    [false, 50_000 + 10_000 * 0.6],
  ])('leaves a quarter of its time to an audit: %s', async (keepsTime, deadline) => {
    const { sweep, source } = await prepare(1);
    const list = vi.spyOn(source, 'list');

    await sweep({ ...ALONE, keepsTime });

    expect(list.mock.calls[0]?.[1].deadline).toBe(deadline);
  });

  it('with a request that fails has a gap, so nothing is known to be fresh', async () => {
    const { sweep, source } = await prepare(2);
    const fault = new ServerFaultError(DETAILS);
    source.faults = [fault];

    const result = await sweep(ALONE);

    expect(result).toMatchObject({ error: fault, isWhole: false, state: undefined, unanswered: 2 });
    expect(result).not.toHaveProperty('sweptAt');
    expect(result).not.toHaveProperty('pending');
  });

  it('passes over payments that are held, and counts them', async () => {
    const { sweep, context, asked, payments } = await prepare(3);
    const { guard } = context();
    vi.spyOn(guard, 'heldAmong').mockResolvedValue(new Set([nameOf(payments[1] as (typeof payments)[0])]));

    const result = await sweep(ALONE, {}, { guard });

    expect(asked()).toEqual([['1001', '1003']]);
    expect(result).toMatchObject({ held: 1, pending: 3, isWhole: true, areNewcomersDone: true });
    expect(result.payments).toHaveLength(2);
  });
});

describe('a sweep over several ticks', () => {
  it('asks in four requests where there are no bulk lists, and remembers where it stopped', async () => {
    const { sweep, asked, payments, moved } = await prepare(600);

    const result = await sweep(PARTIAL, { bulkList: NO_BULK_LISTS, batchSize: FIVE });

    expect(asked().map(({ length }) => length)).toEqual([5, 5, 10, 10]);
    const { reconciliation, fetch, payments: listed, ...others } = result;
    expect(others).toStrictEqual({
      state: { startedAt: 50_000, counted: 30, after: payments[29] },
      newcomers: { after: payments[29] },
      isWhole: false,
      areNewcomersDone: false,
      held: 0,
      unanswered: 470,
      requestsLeft: 0,
    });
    expect(listed).toHaveLength(500);
    expect(moved()).toBe(30);
    expect([reconciliation.confirmed, fetch.requests]).toEqual([0, 4]);
  });

  it('leaves two of the four to others, but not while a bad id is being isolated', async () => {
    const { sweep, asked, source } = await prepare(600);
    const known = { bulkList: NO_BULK_LISTS, batchSize: FIVE };

    const { requestsLeft } = await sweep({ ...PARTIAL, isShared: true }, known);
    expect(asked()).toHaveLength(2);
    expect(requestsLeft).toBe(2);

    source.requests.length = 0;
    const isolating = await sweep({ ...PARTIAL, isShared: true }, { ...known, newcomers: { alone: 1 } });
    expect(asked().length).toBeGreaterThan(2);
    expect(isolating.requestsLeft).toBeLessThan(2);
  });

  it('has as many requests as its time allows with bulk lists, and without news', async () => {
    const { sweep, asked, source } = await prepare(40);

    const withNews = await sweep(PARTIAL, { batchSize: { ids: 10, successes: 0 } });
    expect(withNews).not.toHaveProperty('requestsLeft');
    source.requests.length = 0;
    await sweep({ ...PARTIAL, hasNews: false }, { bulkList: NO_BULK_LISTS, batchSize: FIVE });

    expect(asked().length).toBeGreaterThanOrEqual(4);
    expect(asked().flat()).toHaveLength(40);
  });

  it('goes on behind the last tick, and ends with the time of its begin', async () => {
    const { sweep, payments, asked } = await prepare(5);
    const state: SweepState = {
      startedAt: 7_000,
      counted: 100,
      held: 2,
      after: payments[2] as (typeof payments)[0],
    };

    const result = await sweep(ALONE, { sweep: state });

    expect(asked()).toEqual([['1004', '1005']]);
    expect(result).toMatchObject({ state: undefined, sweptAt: 7_000, pending: 102, held: 2, isWhole: false });
  });

  it('asks for the ids among which a bad one is apart from all others', async () => {
    const { sweep, payments, asked } = await prepare(5);
    const after = payments[0] as (typeof payments)[0];

    await sweep(ALONE, { sweep: { startedAt: 7_000, counted: 1, after, alone: 2 } });

    expect(asked()).toEqual([
      ['1002', '1003'],
      ['1004', '1005'],
    ]);
  });

  it('keeps its gap to the end', async () => {
    const { sweep, payments } = await prepare(600);
    const after = payments[2] as (typeof payments)[0];
    const state: SweepState = { startedAt: 7_000, counted: 3, hasGap: true, held: 1, after };

    const first = await sweep(PARTIAL, { sweep: state, bulkList: NO_BULK_LISTS, batchSize: FIVE });
    expect(first.state).toMatchObject({ startedAt: 7_000, hasGap: true, held: 1 });

    const last = await sweep(ALONE, { sweep: state });
    expect(last.state).toBeUndefined();
    expect(last).not.toHaveProperty('sweptAt');
    expect(last).not.toHaveProperty('pending');
  });

  it.each([
    [false, 7_000],
    [true, undefined],
  ])(
    'that has ended without a tick to say so (with a gap: %s) says so in the next',
    async (hasGap, sweptAt) => {
      const { sweep, payments, asked } = await prepare(600);
      const after = { ...(payments.at(-1) as (typeof payments)[0]), partition: '0' };
      const ended: SweepState = { startedAt: 7_000, counted: 3, after, ...(hasGap && { hasGap }) };

      const result = await sweep(PARTIAL, { sweep: ended, bulkList: NO_BULK_LISTS, batchSize: FIVE });

      expect(asked()[0]?.[0]).toBe('1001');
      expect(result.sweptAt).toBe(sweptAt);
      expect(result.state).toStrictEqual({ startedAt: 50_000, counted: 30, after: payments[29] });
    },
  );

  it('asks for newcomers first, and moves those that are answered', async () => {
    const { sweep, asked, pending, moved, moveNewcomers } = await prepare(3);
    await moveNewcomers();
    await pending('alice', '2001');
    await pending('bob', '2002', { paid: true });
    expect(moved()).toBe(3);

    const result = await sweep(PARTIAL);

    expect(asked()[0]?.slice(0, 2)).toEqual(['2001', '2002']);
    expect(asked().flat()).toHaveLength(5);
    expect(result).toMatchObject({ areNewcomersDone: true, newcomers: undefined, isWhole: true, pending: 4 });
    // The one that is paid has left the index.
    expect(moved()).toBe(4 + 1);
  });

  it('does not ask for newcomers that are held, and moves nobody twice', async () => {
    const { sweep, context, table, asked, pending, moveNewcomers } = await prepare(3);
    await moveNewcomers();
    await pending('bob', '2001');
    await pending('bob', '2002');
    const { guard } = context();
    vi.spyOn(guard, 'heldAmong').mockResolvedValue(new Set([nameOf({ userId: 'bob', recordId: '2001' })]));
    const move = vi.spyOn(table.payments, 'moveFromNew');

    await sweep(PARTIAL, {}, { guard });

    expect(asked().flat()).toEqual(['2002', '1001', '1002', '1003']);
    expect(move.mock.calls.map(([{ recordId }]) => recordId)).toEqual(['2002']);
  });

  it('takes a part of the others, and all newcomers', async () => {
    const { sweep, asked, pending, moveNewcomers } = await prepare(600);
    await moveNewcomers();
    for (let id = 2001; id <= 2600; id += 1) await pending(`user-${id}`, String(id));

    const { state, areNewcomersDone } = await sweep({ ...PARTIAL, maxSlice: 550 });

    // The slice begins with newcomers, as every sweep does.
    expect(new Set(asked().flat()).size).toBe(600);
    expect(areNewcomersDone).toBe(true);
    expect(state?.counted).toBe(550);
  });

  it.each([
    [550, 550],
    [100, 500],
  ])('takes at most %i payments, but never less than 500: %i', async (maxSlice, asked) => {
    const { sweep, moveNewcomers } = await prepare(600);
    await moveNewcomers();

    const result = await sweep({ ...PARTIAL, maxSlice });

    expect(result.payments).toHaveLength(asked);
  });

  it('is not done with its newcomers where it began in their middle', async () => {
    const { sweep, payments } = await prepare(3);

    const result = await sweep(PARTIAL, { newcomers: { after: payments[0] as (typeof payments)[0] } });

    expect(result).toMatchObject({ areNewcomersDone: false, newcomers: undefined });
  });

  it('tells that newcomers could not be moved', async () => {
    const { sweep, table } = await prepare(3);
    const cause = new Error('throttled');
    vi.spyOn(table.payments, 'moveFromNew').mockRejectedValueOnce(cause);

    const { error, areNewcomersDone } = await sweep(PARTIAL);

    expect(error).toBeInstanceOf(TableWriteFailedError);
    expect((error as Error).cause).toBe(cause);
    expect((error as Error).message).toMatch(
      /^move payments in the index \[payments table\]: 1 of the payments could not be moved out of the partition new\. Nothing is lost/,
    );
    expect(areNewcomersDone).toBe(true);
  });

  it('moves at most 1,000 newcomers in a tick', async () => {
    const { sweep, moved } = await prepare(1_001);

    await sweep(PARTIAL);

    expect(moved()).toBe(1_000);
  });

  it('moves nobody when its time is over', async () => {
    const { sweep, moved } = await prepare(3);

    const { error } = await sweep(PARTIAL, {}, { writeUntil: 50_000 });

    expect(error).toBeUndefined();
    expect(moved()).toBe(0);
  });
});

describe('where the next tick continues', () => {
  const slice = ['1', '2', '3'].map((recordId) => ({ userId: 'alice', recordId, partition: 'new' }));
  const result = (
    answered: readonly string[],
    failed: readonly string[] = [],
    invalid: readonly string[] = [],
  ) =>
    ({
      answered: new Set(answered),
      failed: new Set(failed),
      invalid: new Map(invalid.map((id) => [id, 'why'])),
      isolating: [['2', '3']],
    }) as unknown as Parameters<typeof firstLeft>[1];
  const unfinished = { ...NOTHING_RECONCILED, unfinished: new Set([nameOf(slice[0] as (typeof slice)[0])]) };

  it.each([
    ['the first without an answer', result(['1']), NOTHING_RECONCILED, 1],
    ['the end, when all are answered or refused', result(['1', '2'], [], ['3']), NOTHING_RECONCILED, 3],
    ['the first that is not written', result(['1', '2', '3']), unfinished, 0],
    ['behind those of a request that failed', result(['1'], ['2']), NOTHING_RECONCILED, 2],
  ])('is %s', (_, fetched, reconciliation, left) => {
    expect(firstLeft(slice, fetched, reconciliation)).toBe(left);
  });

  it('is behind those that are held', () => {
    const held = new Set([nameOf(slice[0] as (typeof slice)[0])]);
    expect(firstLeft(slice, result([]), NOTHING_RECONCILED, held)).toBe(1);
  });

  it('is remembered with the payment before, and the number of ids among which a bad one is', () => {
    const before = { userId: 'bob', recordId: '0', partition: 'new' };
    expect(positionAt(0, slice, {}, result([]))).toStrictEqual({});
    expect(positionAt(0, slice, { after: before }, result([]))).toStrictEqual({ after: before });
    expect(positionAt(1, slice, { after: before }, result([]))).toStrictEqual({ after: slice[0], alone: 2 });
    expect(positionAt(3, slice, {}, result([]))).toStrictEqual({ after: slice[2] });
  });
});

it('users count once', () => {
  expect(countUsers([{ userId: 'a' }, { userId: 'b' }, { userId: 'a' }])).toBe(2);
});

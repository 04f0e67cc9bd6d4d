import { describe, expect, it, vi } from 'vitest';
import { type CheckDependencies, checkPayments } from '../../../lambda/tracker/check-payments.ts';
import type { ControlState } from '../../../lambda/tracker/control-state.ts';
import {
  AccessDeniedError,
  FieldNotFoundError,
  InvalidQueryError,
  InvalidResponseError,
  RateLimitedError,
  ServerFaultError,
  SourceChangedError,
  TimeoutError,
  TokenRejectedError,
  type TrackerError,
} from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const NOW = Date.UTC(2026, 4, 6, 7, 8, 9);
const MINUTE = 60_000;

/** A tracker with so many pending payments of as many users, with the records 1001, 1002 … */
async function prepare(count: number) {
  const world = harness();
  world.clock.set(NOW);
  for (let id = 1001; id <= 1000 + count; id += 1) await world.pending(`user-${id}`, String(id));
  const { table, clock, source, events } = world;
  const check = (
    control: Partial<ControlState> = {},
    settings: Partial<CheckDependencies['settings']> = {},
  ) =>
    checkPayments(
      {
        settings: { intervalSeconds: 20, ...settings },
        clock,
        payments: table.payments,
        source,
        observe: (event) => events.push(event),
      },
      {
        ...table.control,
        audit: { number: 3, startedAt: NOW - MINUTE },
        givenUp: { startedAt: NOW - MINUTE },
        ...control,
      },
      clock.now(),
    );
  const forms = () =>
    source.requests.map(({ form, queries }) => (form === 'changes' ? form : queries[0]?.want));
  return { ...world, check, forms };
}

/** What a tick knows that has one slice of a sweep through many payments, and complete news. */
const CROWD = {
  isPartial: true,
  sweptAt: NOW - MINUTE,
  lastSuccessAt: NOW - 20_000,
  news: { clockSkew: 0 },
  pending: 20_001,
};

/** The same before the first sweep is complete. */
const { sweptAt: _sweptAt, ...UNSWEPT } = CROWD;

const NO_BULK_LISTS = { supported: false, learnedAt: NOW };

const NOTHING_LEARNED = {
  bulkList: undefined,
  batchSize: undefined,
  sweep: undefined,
  isPartial: undefined,
  news: undefined,
  newcomers: undefined,
  withoutV2Since: undefined,
  held: undefined,
};

describe('the check of a tick', () => {
  it('asks for everything in one request, and tells and remembers what came of it', async () => {
    const { check, source, forms } = await prepare(4);
    source.records.set('1001', { paid: true });
    source.records.set('1002', { paid: true, owner: 'mallory' });
    const { summary, requests, memory, ...others } = await check({
      lastSuccessAt: NOW - 20_000,
      sweptAt: NOW - 40_000,
      month: ['2026-05', 41],
    });

    expect(forms()).toEqual(['paid']);
    expect(summary).toStrictEqual({
      checked: 4,
      confirmed: 1,
      pending: 3,
      missing: 0,
      invalid: 0,
      ownerMismatches: 1,
      usersUpdated: 4,
      held: 0,
      unanswered: 0,
      unfinished: 0,
      requests: 1,
      cutPages: 0,
      audit: false,
      dataAgeSeconds: 20,
      sweepAgeSeconds: 40,
    });
    expect(requests).toEqual({ requests: 1, requestsOk: 1, requestsFailed: 0, requestsRateLimited: 0 });
    expect(memory).toStrictEqual({
      ...NOTHING_LEARNED,
      acceptedId: '1001',
      sweptAt: NOW,
      audit: { number: 3, startedAt: NOW - MINUTE },
      givenUp: { startedAt: NOW - MINUTE },
      month: ['2026-05', 42],
    });
    expect(others).toStrictEqual({ unreported: undefined, freshSince: NOW });
  });

  it('remembers what it knew when it cannot list the payments', async () => {
    const { check, table } = await prepare(1);
    vi.spyOn(table.payments, 'list').mockRejectedValue(new Error('no table'));
    const after = { userId: 'a', recordId: '1', partition: 'new' };
    const known = {
      bulkList: { supported: true, learnedAt: 1 },
      batchSize: { ids: 7, successes: 0 },
      acceptedId: '9',
      sweep: { startedAt: 2, counted: 3, after },
      sweptAt: 4,
      newcomers: { after },
      withoutV2Since: 6,
    };

    const { memory, error, summary, freshSince } = await check({ ...known, held: 5, pending: 8 });

    expect(memory).toMatchObject({ ...known, held: 5 });
    expect(error).toEqual(new Error('no table'));
    expect(summary).toMatchObject({ checked: 0, pending: 8, held: 5, usersUpdated: 0, unanswered: 0 });
    expect(freshSince).toBeUndefined();
  });

  it('remembers what the source learned about its server, and reminds the source of it', async () => {
    const { check, source } = await prepare(1);
    const recall = vi.fn();
    Object.assign(source, { recall, facts: () => ({ withoutV2Since: 5 }) });
    const watched = [{ table: 'm1', since: 0, base: 'p1', title: 'Payments' }];

    const { memory } = await check(
      { withoutV2Since: 4, watched },
      { table: { id: 'm1', comparesOwners: false } },
    );

    expect(recall).toHaveBeenCalledExactlyOnceWith({ withoutV2Since: 4, baseId: 'p1' });
    expect(memory.withoutV2Since).toBe(5);
  });

  it('reminds the source of nothing where it knows no table', async () => {
    const { check, source } = await prepare(1);
    const recall = vi.fn();
    Object.assign(source, { recall });

    const { error } = await check();

    expect(error).toBeUndefined();
    expect(recall).toHaveBeenCalledExactlyOnceWith({ withoutV2Since: undefined, baseId: undefined });
  });

  it('keeps its requests apart by the time from one to the next, not from an answer', async () => {
    const { check, source } = await prepare(3);
    source.latency = 100;

    await check({ ...CROWD, pending: 3 });

    const [first, second] = source.requests;
    expect(Number(second?.at) - Number(first?.at)).toBe(250);
  });
});

describe('a check beside many payments', () => {
  const partial = { isPartial: true, sweptAt: NOW - MINUTE, lastSuccessAt: NOW - 20_000 };

  it('asks for news first, and is fresh with them', async () => {
    const { check, source, forms } = await prepare(3);
    source.records.set('1001', { paid: true });

    const { summary, memory, freshSince, error } = await check({
      ...partial,
      news: { clockSkew: 0 },
      pending: 9,
    });

    expect(forms()).toEqual(['changes', 'paid']);
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ confirmed: 1, requests: 2, checked: 3, pending: 2 });
    expect(memory.news).toBeUndefined();
    expect(memory.isPartial).toBeUndefined();
    expect(freshSince).toBe(NOW);
  });

  it('leaves the news out in every other tick that isolates a bad id', async () => {
    const { check, forms, source, table } = await prepare(3);
    const isolating = { ...partial, newcomers: { alone: 1 } };
    const counters = { ...table.control.counters };

    await check({ ...isolating, counters: { ...counters, updates: 2, failures: 1 } });
    expect(forms()[0]).toBe('changes');
    source.requests.length = 0;
    await check({ ...isolating, counters: { ...counters, updates: 2, failures: 2 } });
    expect(forms()).not.toContain('changes');
    source.requests.length = 0;
    await check({ ...partial, sweep: { startedAt: 1, counted: 0, alone: 1 }, counters });
    expect(forms()).not.toContain('changes');
  });

  it('has as many requests for the sweep as the time allows in a tick without news', async () => {
    const { check, forms, table } = await prepare(30);

    await check({
      ...partial,
      bulkList: NO_BULK_LISTS,
      batchSize: { ids: 5, successes: -9 },
      newcomers: { alone: 1 },
      counters: { ...table.control.counters, updates: 2 },
    });

    expect(forms()).toEqual(Array(7).fill('paid'));
  });

  it.each<[string, TrackerError, boolean]>([
    ['an invalid query', new InvalidQueryError(DETAILS), true],
    ['a field that is not found', new FieldNotFoundError(DETAILS), true],
    ['a response that cannot be read', new InvalidResponseError(DETAILS), true],
    ['a fault of the server', new ServerFaultError(DETAILS), true],
    ['a request that is too slow', new TimeoutError({ ...DETAILS, smallerMayPass: true }), true],
    ['a request that a smaller one would not help', new TimeoutError(DETAILS), false],
    ['a token that is refused', new TokenRejectedError(DETAILS), false],
    ['rights that are missing', new AccessDeniedError(DETAILS), false],
    ['a penalty', new RateLimitedError({ ...DETAILS, retryAt: NOW + MINUTE }), false],
  ])('after news that failed by %s', async (_, fault, sweeps) => {
    const { check, source, forms } = await prepare(1);
    source.faults = [fault];

    const { error, freshSince } = await check(partial);

    expect(error).toBe(fault);
    expect(forms()).toEqual(sweeps ? ['changes', 'paid'] : ['changes']);
    // The sweep was everything.
    expect(freshSince).toBe(sweeps ? NOW : undefined);
  });

  it('counts a payment that news and sweep both see once', async () => {
    const { check, pending } = await prepare(0);
    await pending('alice', '1', { paid: true, owner: 'bob' });

    const { summary } = await check({ ...partial, lastSuccessAt: 0, news: { clockSkew: 0 } });

    expect(summary).toMatchObject({ ownerMismatches: 1, usersUpdated: 1 });
  });

  it('stays one of several while a server without bulk lists would need more than four requests', async () => {
    const { check, source, forms } = await prepare(25);
    source.bulkList = false;
    const known = { bulkList: NO_BULK_LISTS };

    const four = await check({ ...known, batchSize: { ids: 7, successes: -9 } });
    expect(forms()).toHaveLength(4);
    expect(four.memory.isPartial).toBeUndefined();
    const five = await check({ ...known, batchSize: { ids: 6, successes: -9 } });
    expect(five.memory.isPartial).toBe(true);
    expect(five.memory.bulkList).toEqual(known.bulkList);
  });

  it('stays what it was when an error ends the sweep', async () => {
    const { check, source } = await prepare(3);
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    const { memory, error } = await check({ ...partial, news: { clockSkew: 0 } });

    expect(error).toBeInstanceOf(ServerFaultError);
    expect(memory.isPartial).toBe(true);
    expect(memory.news).toEqual({ clockSkew: 0 });
  });
});

describe('what a check knows', () => {
  /** A check that completes a sweep which began a minute ago, or leaves the last payments of it to the next tick. */
  async function checkSweep(
    control: Partial<ControlState>,
    { isCompleted = true, keepsChanges = true } = {},
  ) {
    const { check, source, moveNewcomers } = await prepare(600);
    const after = (await moveNewcomers())[isCompleted ? 300 : 90];
    source.keepsChanges = keepsChanges;
    const sweep = { startedAt: NOW - MINUTE, counted: 1, ...(after && { after }) };
    return check({ ...control, sweep }, { intervalSeconds: 5 });
  }

  it('is fresh with complete news once everything was swept, in this tick or before', async () => {
    expect((await checkSweep(CROWD)).freshSince).toBe(NOW);
    expect((await checkSweep(CROWD, { isCompleted: false })).freshSince).toBe(NOW);
    expect((await checkSweep(UNSWEPT)).freshSince).toBe(NOW);
  });

  it('is not fresh before the first sweep is complete', async () => {
    const { check, moveNewcomers } = await prepare(600);
    await moveNewcomers();
    const few = { bulkList: NO_BULK_LISTS, batchSize: { ids: 5, successes: -9 } };

    const { error, memory, freshSince } = await check({ ...UNSWEPT, ...few });

    expect(error).toBeUndefined();
    expect(memory.sweep).toMatchObject({ startedAt: NOW, counted: 20 });
    expect(freshSince).toBeUndefined();
  });

  it.each([
    ['older than the sweep', -MINUTE - 1, NOW - MINUTE],
    ['as old as the sweep', -MINUTE, undefined],
    ['younger than the sweep', -MINUTE + 1, undefined],
  ])(
    'without news is as old as its sweep, where the last success is %s',
    async (_name, success, freshSince) => {
      const result = await checkSweep({ ...CROWD, lastSuccessAt: NOW + success }, { keepsChanges: false });

      expect(result.memory.sweptAt).toBe(NOW - MINUTE);
      expect(result.freshSince).toBe(freshSince);
      expect('freshSince' in result).toBe(freshSince !== undefined);
    },
  );

  it('is fresh with a whole sweep, although a clock that was wrong wrote a success in the future', async () => {
    const { check } = await prepare(1);

    expect((await check({ lastSuccessAt: NOW + MINUTE })).freshSince).toBe(NOW);
  });

  it('counts the users whose payments have an answer, and remembers where to go on', async () => {
    const { check, source } = await prepare(6);
    source.faults = [undefined, new TimeoutError({ ...DETAILS, smallerMayPass: true })];
    source.latency = 2_500;

    const { summary, memory } = await check({ ...CROWD, batchSize: { ids: 4, successes: -9 } });

    expect(summary).toMatchObject({ checked: 6, usersUpdated: 2, unanswered: 4 });
    expect(memory.batchSize).toMatchObject({ ids: 2 });
    expect(memory.newcomers).toMatchObject({ after: { recordId: '1002' } });
  });

  it('takes a sweep in several requests for one tick where there are bulk lists', async () => {
    const { check, forms } = await prepare(30);

    const { memory } = await check({ batchSize: { ids: 5, successes: -9 } });

    expect(forms()).toHaveLength(6);
    expect(memory.isPartial).toBeUndefined();
  });
});

describe('the pace of a sweep', () => {
  /** 600 payments that are no newcomers. Returns how many of them a tick asks for, with an interval of 5 s. */
  async function askedOf600(control: Partial<ControlState> = CROWD, fault?: TrackerError) {
    const { check, source, moveNewcomers } = await prepare(600);
    await moveNewcomers();
    source.faults = [fault];
    const { summary } = await check(control, { intervalSeconds: 5 });
    return summary.checked;
  }

  const { pending: _, ...UNCOUNTED } = CROWD;

  it('is 100 payments a second while the news are complete', async () => {
    expect(await askedOf600()).toBe(500);
  });

  it.each([
    ['in the first sweep', UNSWEPT, undefined],
    ['when the payments may fit in one tick again', { ...CROWD, pending: 20_000 }, undefined],
    ['when the pending payments are not counted yet', UNCOUNTED, undefined],
    ['when the question for news fails', CROWD, new ServerFaultError(DETAILS)],
  ])('is as fast as a tick can be %s', async (_, control, fault) => {
    expect(await askedOf600(control, fault)).toBe(600);
  });
});

describe('the audit and the walk', () => {
  const due = { audit: { number: 3, startedAt: NOW - 11 * MINUTE } };

  it('follow the sweep, and begin with their numbers', async () => {
    const { check, forms, source } = await prepare(3);
    source.records.delete('1003');

    const { summary, memory } = await check(due);

    expect(forms()).toEqual(['paid', 'existing']);
    expect(summary).toMatchObject({ audit: true, requests: 2, pending: 3, checked: 3 });
    expect(memory.audit).toStrictEqual({ number: 4, startedAt: NOW });
  });

  it('wait for a tick in which the sweep gets through, if none of the time is theirs', async () => {
    const { check, forms, source, table } = await prepare(6);
    Object.assign(source, { latency: 4_000 });
    const some = { ...due, batchSize: { ids: 2, successes: -9 } };
    const { counters } = table.control;

    const { summary, memory } = await check({ ...some, counters: { ...counters, updates: 1 } });

    expect(summary.unanswered).toBeGreaterThan(0);
    expect(new Set(forms())).toEqual(new Set(['paid']));
    expect(memory.audit).toStrictEqual({ number: 4, startedAt: NOW, isRunning: true });
  });

  it('both have a slice in a tick that has requests for both', async () => {
    const { check, forms, table } = await prepare(3);
    await table.payments.markMissing({ userId: 'user-1003', recordId: '1003' }, NOW);

    await check({ ...due, givenUp: { startedAt: NOW - 61 * MINUTE } });

    expect(forms()).toEqual(['paid', 'existing', 'existing']);
  });

  it('wait for a tick in which the sweep gets through: the walk too', async () => {
    const { check, forms, source, table } = await prepare(6);
    await table.payments.markMissing({ userId: 'user-1006', recordId: '1006' }, NOW);
    Object.assign(source, { latency: 4_000 });
    const givenUp = { startedAt: NOW - 61 * MINUTE };
    const counters = { ...table.control.counters, updates: 1 };

    const { memory } = await check({ givenUp, counters, batchSize: { ids: 2, successes: -9 } });

    expect(new Set(forms())).toEqual(new Set(['paid']));
    expect(memory.givenUp).toStrictEqual(givenUp);
  });

  it('wait for a tick without an error', async () => {
    const { check, forms, source } = await prepare(3);
    source.faults = [new ServerFaultError(DETAILS)];

    const { memory } = await check({ ...due, givenUp: { startedAt: NOW - 61 * MINUTE } });

    expect(forms()).toEqual(['paid']);
    expect(memory.audit).toStrictEqual({ number: 4, startedAt: NOW, isRunning: true });
    expect(memory.givenUp).toStrictEqual({ startedAt: NOW - 61 * MINUTE });
  });

  it.each([
    ['the audit', 0, { number: 4, startedAt: NOW }, { startedAt: NOW - 61 * MINUTE }],
    ['the walk', 1, { number: 4, startedAt: NOW, isRunning: true }, { startedAt: NOW }],
  ])('take turns where requests are few: now it is %s', async (_, updates, audit, givenUp) => {
    const { check, forms, table, source } = await prepare(3);
    const [after] = (await table.payments.list(undefined, 1)).payments;
    await table.payments.markMissing({ userId: 'user-1003', recordId: '1003' }, NOW);
    source.bulkList = false;

    const { memory } = await check({
      ...due,
      givenUp: { startedAt: NOW - 61 * MINUTE },
      isPartial: true,
      bulkList: NO_BULK_LISTS,
      news: { clockSkew: 0 },
      sweep: { startedAt: NOW - MINUTE, counted: 1, ...(after && { after }) },
      counters: { ...table.control.counters, updates },
    });

    expect(forms()).toEqual(['changes', 'paid', 'existing']);
    expect(memory).toMatchObject({ audit, givenUp });
  });

  it.each([
    [8, ['changes', 'paid', 'existing']],
    [9, ['changes', 'paid']],
    [15, ['changes', 'paid']],
    [16, ['changes', 'paid', 'existing']],
  ])('an audit has one of eight ticks where the sweep takes several: tick %i', async (updates, expected) => {
    const { check, forms, table } = await prepare(3);
    const { counters } = table.control;
    const [after] = (await table.payments.list(undefined, 1)).payments;
    const sweep = { startedAt: NOW - MINUTE, counted: 1, ...(after && { after }) };

    await check({ ...due, ...CROWD, sweep, counters: { ...counters, updates } });

    expect(forms()).toEqual(expected);
  });

  it.each([
    [3, 5, 0.75],
    [3, 4, 1],
    [9, 7, 0.75],
  ])(
    'after %i updates and %i failures, leave the sweep this part of its time: %d',
    async (updates, failures, part) => {
      const walk = { givenUp: { startedAt: NOW - MINUTE, isRunning: true } };
      for (const running of [due, walk]) {
        const { check, source, table } = await prepare(1);
        const list = vi.spyOn(source, 'list');

        await check({ ...running, counters: { ...table.control.counters, updates, failures } });

        expect(list.mock.calls[0]?.[1].deadline).toBe(NOW + 9_600 * part * 0.6);
      }
    },
  );

  it('leave the sweep all its time while neither goes on', async () => {
    const { check, source, table } = await prepare(1);
    const list = vi.spyOn(source, 'list');

    await check({ counters: { ...table.control.counters, updates: 8 } });

    expect(list.mock.calls[0]?.[1].deadline).toBe(NOW + 9_600 * 0.6);
  });

  it.each([
    ['its turn', 8, 2],
    ['not its turn', 9, 4],
  ])('leaves the sweep its requests: an audit for which it is %s', async (_, updates, requests) => {
    const { check, forms, table } = await prepare(600);
    const few = { bulkList: NO_BULK_LISTS, batchSize: { ids: 5, successes: 0 } };

    await check({ ...due, ...CROWD, ...few, counters: { ...table.control.counters, updates } });

    expect(forms().filter((form) => form === 'paid')).toHaveLength(requests);
  });

  it('wait when the search for a bad id has used up the few requests', async () => {
    const { check, forms, table } = await prepare(18);
    await table.payments.markMissing({ userId: 'user-1003', recordId: '1003' }, NOW);
    const givenUp = { startedAt: NOW - 61 * MINUTE };

    const { memory, summary } = await check({
      ...CROWD,
      givenUp,
      bulkList: NO_BULK_LISTS,
      batchSize: { ids: 5, successes: -9 },
      newcomers: { alone: 2 },
      counters: { ...table.control.counters, updates: 9 },
    });

    expect(summary.unanswered).toBe(0);
    expect(forms()).toEqual(['changes', 'paid', 'paid', 'paid', 'paid']);
    expect(memory.givenUp).toStrictEqual(givenUp);
  });

  it('tell an error of the audit, with what the sweep confirmed', async () => {
    const { check, source } = await prepare(3);
    source.records.set('1001', { paid: true });
    const fault = new ServerFaultError(DETAILS);
    source.faults = [undefined, fault];

    const { error, summary, freshSince } = await check(due);

    expect(error).toBe(fault);
    expect(summary).toMatchObject({ confirmed: 1, pending: 2, requests: 2 });
    expect(freshSince).toBe(NOW);
  });

  it('count the pages that were cut, and what became missing', async () => {
    const { check, source, table } = await prepare(5);
    Object.assign(source, { cap: 1 });
    source.records.set('1001', { paid: true });
    source.records.set('1002', { paid: true });
    vi.spyOn(table.payments, 'noteMiss').mockResolvedValue(3);
    source.records.delete('1003');

    const { summary } = await check(due);

    expect(summary).toMatchObject({ confirmed: 2, missing: 1, pending: 2 });
    expect(summary.cutPages).toBeGreaterThan(1);
    expect(table.status('user-1003', '1003')).toBe('missing');
  });
});

describe('another table', () => {
  const table = { id: 'm2', comparesOwners: false };
  const watched = [{ table: 'm1', since: 0, title: 'Old' }];

  it('is named in the first tick that watches it, and holds who was tracked before', async () => {
    const { check, source, clock, pending } = await prepare(2);
    clock.set(NOW + 1000);
    source.name = { title: 'New', base: 'p2' };
    source.records.set('1001', { paid: true });

    const { watched: after, error, summary, memory } = await check({ watched, pending: 2 }, { table });

    expect(after).toEqual([...watched, { table: 'm2', since: NOW + 1000, title: 'New', base: 'p2' }]);
    expect(error).toBeInstanceOf(SourceChangedError);
    expect((error as Error).message).toContain(
      '2 pending payments were tracked while the tracker watched Old (m1)',
    );
    expect(summary).toMatchObject({ held: 2, confirmed: 0, pending: 2 });
    expect(memory.held).toBe(2);
    clock.set(NOW + 2000);
    await pending('bob', '7', { paid: true });
    const next = await check({ watched: after as typeof watched, held: 2, pending: 2 }, { table });
    expect(next.error).toBeUndefined();
    expect(next.summary).toMatchObject({ held: 2, confirmed: 1 });
    expect(next).not.toHaveProperty('watched');
    expect(source.namesAsked).toBe(1);
  });

  it('is told again at the beginning of each audit', async () => {
    const { check, clock } = await prepare(2);
    clock.set(NOW + 1000);
    const both = [...watched, { table: 'm2', since: NOW + 500 }];
    const audit = { number: 3, startedAt: NOW - 11 * MINUTE };

    const begun = await check({ watched: both, audit }, { table });
    const goingOn = await check({ watched: both, audit: { ...audit, isRunning: true } }, { table });

    expect(begun.error).toBeInstanceOf(SourceChangedError);
    expect(goingOn.error).toBeUndefined();
  });

  it('is not named after an error, and stays without a name where the source knows none', async () => {
    const { check, source } = await prepare(1);
    source.faults = [new ServerFaultError(DETAILS)];

    const failed = await check({ watched }, { table });
    Object.assign(source, { tableName: undefined });
    const nameless = await check({ watched }, { table });
    expect(nameless.error).toBeInstanceOf(SourceChangedError);

    for (const { watched: after } of [failed, nameless]) {
      expect(after).toHaveLength(2);
      expect(Object.keys(after?.at(-1) ?? {})).toEqual(['table', 'since']);
    }
    expect(source.namesAsked).toBe(0);
  });

  it('is named by a later tick when this one has no time left for that', async () => {
    const { check, source, table: payments, clock } = await prepare(1);
    source.records.set('1001', { paid: true });
    const { confirm } = payments.payments;
    vi.spyOn(payments.payments, 'confirm').mockImplementation((...args) => {
      clock.advance(10_000);
      return confirm.apply(payments.payments, args);
    });

    const { summary, watched: after } = await check({}, { table });
    const next = await check({}, { table });

    expect(summary.confirmed).toBe(1);
    expect(after).toEqual([{ table: 'm2', since: 0 }]);
    expect(next.watched).toEqual([{ table: 'm2', since: 0, title: 'Payments' }]);
  });

  it('is asked for by its time limit, and reported', async () => {
    const { check, source } = await prepare(1);
    const tableName = vi.spyOn(source, 'tableName');

    await check({}, { table });

    expect(tableName).toHaveBeenCalledExactlyOnceWith({
      deadline: NOW + 9_600,
      report: expect.any(Function),
    });
  });

  it('is nothing that a tracker asks for which knows no table', async () => {
    const { check, source } = await prepare(1);

    const result = await check({ watched });

    expect(result.error).toBeUndefined();
    expect(result).not.toHaveProperty('watched');
    expect(source.namesAsked).toBe(0);
  });

  it('does not hide another error', async () => {
    const { check, clock, source, table: payments } = await prepare(2);
    clock.set(NOW + 1000);
    await payments.track('bob', '7');
    const fault = new ServerFaultError(DETAILS);
    source.faults = [fault];

    const { error, summary } = await check({ watched }, { table });

    expect(summary.held).toBe(2);
    expect(error).toBe(fault);
  });
});

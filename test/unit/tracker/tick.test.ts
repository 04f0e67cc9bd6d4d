import { describe, expect, it } from 'vitest';
import {
  RateLimitedError,
  ServerFaultError,
  TableWriteFailedError,
  TokenRejectedError,
} from '../../../lambda/tracker/errors.ts';
import { slotOf } from '../../../lambda/tracker/interval.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness, INTERVAL } from './harness.ts';

const minutes = (count: number) => count * 60_000;

describe('a tick', () => {
  it('confirms what NocoDB shows as paid, and nothing else, with one request', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true });
    pending('bob', '2');

    const result = await next();

    expect(result).toEqual({ outcome: 'done', checked: 2, confirmed: 1, pending: 1, resting: false });
    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['paid', 'pending']);
    expect(source.requests).toHaveLength(1);
    expect(eventsOf('payment.confirmed').map(({ payment }) => payment)).toEqual([
      { userId: 'alice', recordId: '1' },
    ]);
  });

  it('confirms every user of a shared record, asking for it once', async () => {
    const { table, source, next, pending } = harness();
    pending('alice', '1', { paid: true });
    pending('bob', '1', { paid: true });

    await next();

    expect([table.status('alice', '1'), table.status('bob', '1')]).toEqual(['paid', 'paid']);
    expect(source.requests[0]?.queries[0]?.recordIds).toEqual(['1']);
  });

  it('announces a confirmation once, however often it runs', async () => {
    const { next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true });

    await next();
    await next();

    expect(eventsOf('payment.confirmed')).toHaveLength(1);
  });

  it('sends nothing when nothing is pending, and rests after three empty slots', async () => {
    const { source, next } = harness();

    const resting = [];
    for (let slot = 0; slot < 3; slot += 1) resting.push(await next());

    expect(source.requests).toHaveLength(0);
    expect(resting.map((result) => result.outcome === 'done' && result.resting)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('writes the control item only when there is no news', async () => {
    const { table, next, pending } = harness();
    pending('alice', '1');

    await next();

    expect(table.writes).toBe(2);
  });

  it('confirms a late payment whose pending record was written by a confirmation elsewhere only once', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true });
    source.latency = 0;
    const list = table.list.bind(table);
    table.list = async () => {
      const found = await list();
      await table.confirm({ userId: 'alice', recordId: '1' }, 1);
      return found;
    };

    const result = await next();

    expect(result).toMatchObject({ confirmed: 0, pending: 0 });
    expect(eventsOf('payment.confirmed')).toHaveLength(0);
  });
});

describe('the gate', () => {
  it('lets one of two ticks at once through', async () => {
    const { source, clock, run, pending, eventsOf } = harness();
    pending('alice', '1');
    clock.set(Math.ceil(clock.now() / 20_000) * 20_000);

    const results = await Promise.all([run(), run()]);

    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['done', 'skipped']);
    expect(source.requests).toHaveLength(1);
    expect(eventsOf('tick.skipped')).toMatchObject([{ reason: 'held' }]);
  });

  it('refuses a second tick in the same slot and takes the next slot', async () => {
    const { clock, run, next, pending } = harness();
    pending('alice', '1');

    await next();
    clock.advance(5_000);
    const again = await run();
    const after = await next();

    expect([again.outcome, after.outcome]).toEqual(['skipped', 'done']);
  });

  it('takes a moment just before a slot for that slot, so that clocks may differ', async () => {
    const { clock, run, next, pending } = harness();
    pending('alice', '1');
    await next();
    clock.advance(20_000 - 200 - (clock.now() % 20_000));

    const early = await run();
    clock.advance(1_000);
    const duplicate = await run();

    expect([early.outcome, duplicate.outcome]).toEqual(['done', 'skipped']);
  });

  it('opens by itself when a tick dies', async () => {
    const { table, run, clock, next, pending } = harness();
    pending('alice', '1');
    await table.acquire({ owner: 'dead', now: clock.now(), lease: 16_500 });

    const held = await run();
    const after = await next();

    expect([held.outcome, after.outcome]).toEqual(['skipped', 'done']);
  });
});

describe('a failing NocoDB', () => {
  it('fails the tick visibly, loses nothing, and the next slot works', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true });
    source.faults = [new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow(ServerFaultError);

    expect(eventsOf('tick.failed')).toMatchObject([{ kind: 'ServerFault', checked: 1, pending: 1 }]);
    expect(table.lastError?.kind).toBe('ServerFault');
    expect(table.control.lastSuccessAt).toBeUndefined();
    expect(await next()).toMatchObject({ outcome: 'done', confirmed: 1 });
    expect(table.control.counters).toMatchObject({
      updates: 1,
      failures: 1,
      confirmed: 1,
      requests: 2,
      requestsOk: 1,
      requestsFailed: 1,
    });
  });

  it('moves freshness only on success', async () => {
    const { table, source, clock, next, pending } = harness();
    pending('alice', '1');
    await next();
    const fresh = table.control.lastSuccessAt;
    source.faults = [new TokenRejectedError(DETAILS)];

    await expect(next()).rejects.toThrow(TokenRejectedError);

    expect(table.control.lastSuccessAt).toBe(fresh);
    expect(fresh).toBeLessThanOrEqual(clock.now() - 20_000);
  });

  it('sends nothing until a penalty is over', async () => {
    const { table, source, clock, next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true });
    const retryAt = clock.now() + 20_000 + 45_000;
    source.faults = [new RateLimitedError({ ...DETAILS, retryAt })];

    await expect(next()).rejects.toThrow(RateLimitedError);
    const during = [await next(), await next()];
    const after = await next();

    expect(during.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    expect(eventsOf('tick.skipped')).toMatchObject([
      { reason: 'blocked', until: retryAt },
      { reason: 'blocked' },
    ]);
    expect(after).toMatchObject({ outcome: 'done', confirmed: 1 });
    expect(
      source.requests
        .map(({ at }) => at)
        .slice(1)
        .every((at) => at >= retryAt),
    ).toBe(true);
    expect(table.control.counters.requestsRateLimited).toBe(1);
  });

  it('tells how old the data is while a penalty keeps it from asking', async () => {
    const { source, clock, next, pending, eventsOf } = harness();
    pending('alice', '1');
    await next();
    source.faults = [new RateLimitedError({ ...DETAILS, retryAt: clock.now() + 60_000 })];
    await expect(next()).rejects.toThrow(RateLimitedError);

    await next();

    expect(eventsOf('tick.skipped')).toMatchObject([{ reason: 'blocked', dataAgeSeconds: 40 }]);
  });

  it('keeps what was confirmed before the failure', async () => {
    const { table, source, next, pending } = harness();
    source.bulkList = false;
    source.urlIds = 1;
    table.control = { ...table.control, bulkList: { supported: false, learnedAt: Number.MAX_SAFE_INTEGER } };
    pending('alice', '1', { paid: true });
    pending('bob', '2', { paid: true });
    source.faults = [undefined, new ServerFaultError(DETAILS)];

    await expect(next()).rejects.toThrow(ServerFaultError);

    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['paid', 'pending']);
    expect(await next()).toMatchObject({ confirmed: 1, pending: 0 });
  });

  it('reports payments that could not be written and writes them in the next tick', async () => {
    const { table, next, pending } = harness();
    pending('alice', '1', { paid: true });
    pending('bob', '2', { paid: true });
    const confirm = table.confirm.bind(table);
    table.confirm = async (payment, paidAt) => {
      if (payment.userId === 'alice') throw new Error('throttled');
      return confirm(payment, paidAt);
    };

    const failure = await next().catch((error: unknown) => error);
    table.confirm = confirm;

    expect(failure).toBeInstanceOf(TableWriteFailedError);
    expect((failure as Error).cause).toEqual(new Error('throttled'));
    expect(table.status('bob', '2')).toBe('paid');
    expect(await next()).toMatchObject({ confirmed: 1, pending: 0 });
  });

  it('tells of the failure when the gate itself fails', async () => {
    const { table, next, eventsOf } = harness();
    table.acquire = async () => {
      throw new Error('access denied');
    };

    await expect(next()).rejects.toThrow('access denied');

    expect(eventsOf('tick.failed')).toMatchObject([{ kind: 'Unexpected', checked: 0 }]);
  });

  it('finishes with the failure when what is pending cannot be listed', async () => {
    const { table, next, pending } = harness();
    pending('alice', '1');
    const list = table.list.bind(table);
    table.list = async () => {
      throw new Error('no table');
    };

    await expect(next()).rejects.toThrow('no table');
    table.list = list;

    expect(table.lastError).toEqual({ kind: 'Unexpected', message: 'no table' });
    expect(await next()).toMatchObject({ outcome: 'done', checked: 1 });
  });
});

describe('the owner field', () => {
  it('confirms nobody but the owner of a paid record, and says so', async () => {
    const { table, next, pending, eventsOf } = harness();
    pending('alice', '1', { paid: true, owner: ' alice ' });
    pending('bob', '1', { paid: true, owner: ' alice ' });
    pending('carol', '2', { paid: true, owner: null });

    await next();

    expect(table.status('alice', '1')).toBe('paid');
    expect([table.status('bob', '1'), table.status('carol', '2')]).toEqual(['pending', 'pending']);
    expect(eventsOf('payment.ownerMismatch').map(({ payment, owner }) => [payment.userId, owner])).toEqual(
      expect.arrayContaining([
        ['bob', ' alice '],
        ['carol', null],
      ]),
    );
  });
});

describe('many records of other owners', () => {
  it('are counted all, and told of ten at a time', async () => {
    const { next, pending, eventsOf } = harness();
    for (let id = 1; id <= 30; id += 1) pending('alice', String(id), { paid: true, owner: 'mallory' });

    await next();

    expect(eventsOf('tick.finished')).toMatchObject([{ ownerMismatches: 30, confirmed: 0, pending: 30 }]);
    expect(eventsOf('payment.ownerMismatch')).toHaveLength(10);
  });
});

describe('an audit', () => {
  it('gives a payment up after its record was absent three audits in a row', async () => {
    const { table, source, clock, next, eventsOf } = harness();
    table.track('alice', '1');
    source.records.set('9', { paid: false });
    table.track('bob', '9');
    await next();

    for (let audit = 0; audit < 3; audit += 1) {
      expect(table.status('alice', '1')).toBe('pending');
      clock.advance(minutes(10));
      await next();
    }

    expect(table.status('alice', '1')).toBe('missing');
    expect(table.status('bob', '9')).toBe('pending');
    expect(eventsOf('payment.missing')).toHaveLength(1);
    expect(eventsOf('tick.finished').map(({ audit }) => audit)).toEqual([false, true, true, true]);
  });

  it('counts only misses in a row', async () => {
    const { table, source, clock, next } = harness();
    table.track('alice', '1');
    const audit = async () => {
      clock.advance(minutes(10));
      await next();
    };
    await next();
    await audit();
    await audit();
    source.records.set('1', { paid: false });
    await audit();
    source.records.delete('1');

    await audit();
    await audit();

    expect(table.status('alice', '1')).toBe('pending');
    await audit();
    expect(table.status('alice', '1')).toBe('missing');
  });

  it('confirms what is paid, too', async () => {
    const { table, clock, next, pending } = harness();
    pending('alice', '1');
    await next();
    pending('alice', '1', { paid: true });
    clock.advance(minutes(10));

    await next();

    expect(table.status('alice', '1')).toBe('paid');
  });
});

describe('a round over several ticks', () => {
  it('makes the data only as fresh as its start, and leaves nobody out', async () => {
    const { table, source, clock, next, pending, eventsOf } = harness();
    for (let id = 1; id <= 100; id += 1) pending(`user-${id}`, String(id).padStart(3, '0'));
    source.bulkList = false;
    source.urlIds = 1;
    table.control = { ...table.control, bulkList: { supported: false, learnedAt: clock.now() } };

    await next();
    const [first] = eventsOf('tick.finished');
    expect(first?.unanswered).toBeGreaterThan(0);
    expect(table.control.lastSuccessAt).toBeUndefined();
    const began = table.control.round?.startedAt;
    while (table.control.lastSuccessAt === undefined) await next();

    expect(table.control.lastSuccessAt).toBe(began);
    const asked = new Set(
      source.requests.flatMap(({ queries }) => queries.flatMap(({ recordIds }) => recordIds)),
    );
    expect(asked.size).toBe(100);
  });
});

describe('another source', () => {
  it('is asked for everything, though the one before was in the middle of a round', async () => {
    const { table, source, clock, next, pending } = harness({ source: 'new' });
    pending('alice', '1', { paid: true });
    pending('bob', '2', { paid: true });
    table.control = {
      ...table.control,
      source: 'old',
      cursor: { from: '2' },
      round: { startedAt: 0, answered: 1 },
      bulkList: { supported: true, learnedAt: 0 },
    };

    expect(await next()).toMatchObject({ outcome: 'done', confirmed: 2 });

    expect(source.requests).toHaveLength(1);
    // The round of the old source would have made the data as old as its start.
    expect(table.control).toMatchObject({ source: 'new', lastSuccessAt: slotOf(clock.now(), INTERVAL) });
    expect(table.control).not.toHaveProperty('bulkList');
  });
});

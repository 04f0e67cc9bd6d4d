import { describe, expect, it } from 'vitest';
import { slotOf } from '../../../lambda/tracker/interval.ts';
import { harness, INTERVAL } from './harness.ts';

describe('a tick', () => {
  it('confirms what NocoDB shows as paid, and nothing else, with one request', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });
    await pending('bob', '2');

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
    await pending('alice', '1', { paid: true });
    await pending('bob', '1', { paid: true });

    await next();

    expect([table.status('alice', '1'), table.status('bob', '1')]).toEqual(['paid', 'paid']);
    expect(source.requests[0]?.queries[0]?.recordIds).toEqual(['1']);
  });

  it('announces a confirmation once, however often it runs', async () => {
    const { next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });

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
    await pending('alice', '1');

    await next();

    expect(table.writes).toBe(2);
  });

  it('confirms a late payment whose pending record was written by a confirmation elsewhere only once', async () => {
    const { table, source, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true });
    source.latency = 0;
    const list = table.payments.list.bind(table.payments);
    table.payments.list = async (...args) => {
      const found = await list(...args);
      await table.payments.confirm({ userId: 'alice', recordId: '1' }, 1);
      return found;
    };

    const result = await next();

    expect(result).toMatchObject({ confirmed: 0, pending: 0 });
    expect(eventsOf('payment.confirmed')).toHaveLength(0);
  });
});

describe('the owner field', () => {
  it('confirms nobody but the owner of a paid record, and says so', async () => {
    const { table, next, pending, eventsOf } = harness();
    await pending('alice', '1', { paid: true, owner: ' alice ' });
    await pending('bob', '1', { paid: true, owner: ' alice ' });
    await pending('carol', '2', { paid: true, owner: null });

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
    for (let id = 1; id <= 30; id += 1) await pending('alice', String(id), { paid: true, owner: 'mallory' });

    await next();

    expect(eventsOf('tick.finished')).toMatchObject([{ ownerMismatches: 30, confirmed: 0, pending: 30 }]);
    expect(eventsOf('payment.ownerMismatch')).toHaveLength(10);
  });
});

describe('another source', () => {
  it('is asked for everything, though the one before was in the middle of a sweep', async () => {
    const { table, source, clock, next, pending } = harness({ source: 'new' });
    await pending('alice', '1', { paid: true });
    await pending('bob', '2', { paid: true });
    await table.remember({
      source: 'old',
      sweep: { startedAt: 0, counted: 1, after: { partition: 'new', userId: 'alice', recordId: '1' } },
      isPartial: true,
      bulkList: { supported: true, learnedAt: 0 },
    });

    expect(await next()).toMatchObject({ outcome: 'done', confirmed: 2 });

    expect(source.requests).toHaveLength(1);
    // The sweep of the old source would have made the data as old as its start.
    expect(table.control).toMatchObject({ source: 'new', lastSuccessAt: slotOf(clock.now(), INTERVAL) });
    expect(table.control).not.toHaveProperty('bulkList');
  });
});

import { describe, expect, it } from 'vitest';
import { SourceChangedError } from '../../../lambda/tracker/errors.ts';
import { spansOf, watchTable } from '../../../lambda/tracker/watched-table.ts';
import { harness } from './harness.ts';

const A = { id: 'mA', comparesOwners: false };
const B = { id: 'mB', comparesOwners: false };
const MINUTE = 60_000;

/** A tracker that watches table A, with alice's and bob's payments, then table B, where other records have their ids. */
async function prepare(to = B) {
  const world = harness({ table: A, source: 'A' });
  const { source, pending, next, settings } = world;
  source.name = { title: 'Orders', base: 'p1' };
  await pending('alice', '1');
  await pending('bob', '2');
  await next();
  source.name = { title: 'Invoices' };
  Object.assign(settings, { table: to, source: 'B' });
  for (const id of ['1', '2']) source.records.set(id, { paid: true });
  return world;
}

describe('payments of another table', () => {
  it('are not confirmed by a record with the same id, and the error says what to do', async () => {
    const { table, next, eventsOf } = await prepare();

    await expect(next()).rejects.toThrow(SourceChangedError);

    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['pending', 'pending']);
    const [failed] = eventsOf('tick.failed');
    expect(failed).toMatchObject({ kind: 'SourceChanged', held: 2, confirmed: 0 });
    expect(String(failed?.error)).toMatch(
      /confirm payments \[NocoDB table Invoices \(mB\)\]: 2 pending payments were tracked while the tracker watched Orders of base p1 \(mA\).*accept-table.*NOCODB_TABLE_ID back/,
    );
    expect(table.control).toMatchObject({ held: 2, pending: 2 });
  });

  it('are told again with each audit, and the ticks between succeed', async () => {
    const { clock, next, eventsOf, table } = await prepare();
    await next().catch(() => {});

    for (const end = clock.now() + 31 * MINUTE; clock.now() < end; ) await next().catch(() => {});

    expect(eventsOf('tick.failed').map(({ kind }) => kind)).toEqual(Array(4).fill('SourceChanged'));
    expect(eventsOf('tick.finished').at(-1)).toMatchObject({ held: 2, checked: 0 });
    expect(table.control.watched).toMatchObject([
      { table: 'mA', since: 0, title: 'Orders', base: 'p1' },
      { table: 'mB' },
    ]);
    expect(table.control.emptyTicks).toBe(0);
  });

  it('do not keep those from being confirmed that were tracked since the change', async () => {
    const { table, clock, next, pending } = await prepare();
    await next().catch(() => {});
    clock.advance(1_000);
    await pending('carol', '3', { paid: true });
    await pending('alice', '1', { paid: true });

    expect(await next()).toMatchObject({ confirmed: 2 });

    expect([table.status('alice', '1'), table.status('bob', '2'), table.status('carol', '3')]).toEqual([
      'paid',
      'pending',
      'paid',
    ]);
    expect(table.control).toMatchObject({ held: 1, lastSuccessAt: expect.closeTo(clock.now(), -3) });
  });

  it('go on as if nothing had been when the table is the one before', async () => {
    const { table, source, settings, next } = await prepare();
    await next().catch(() => {});
    Object.assign(settings, { table: A, source: 'A' });
    source.records.set('2', { paid: false });

    expect(await next()).toMatchObject({ confirmed: 1, pending: 1 });

    expect(table.status('alice', '1')).toBe('paid');
    expect(table.control).not.toHaveProperty('held');
  });

  it('belong to the new table once people agree', async () => {
    const { table, next } = await prepare();
    await next().catch(() => {});

    expect(await table.gate.acceptTable(table.control)).toBe(true);
    expect(await next()).toMatchObject({ confirmed: 2 });
    expect(table.control.watched).toMatchObject([{ table: 'mB', since: 0 }]);
  });

  it('are not accepted for a table that people did not see', async () => {
    const { table, next, settings } = await prepare();
    await next().catch(() => {});
    const seen = table.control;
    Object.assign(settings, { table: { id: 'mC', comparesOwners: false }, source: 'C' });
    await next().catch(() => {});

    expect(await table.gate.acceptTable(seen)).toBe(false);
    expect(table.control.watched).toHaveLength(3);
  });

  it('are confirmed without anybody where an owner field protects them', async () => {
    const { table, source, next } = await prepare({ id: 'mB', comparesOwners: true });
    source.records.set('1', { paid: true, owner: 'alice' });
    source.records.set('2', { paid: true, owner: 'mallory' });

    expect(await next()).toMatchObject({ confirmed: 1 });
    expect(table.status('bob', '2')).toBe('pending');
  });

  it('are neither audited nor given up, and do not make the table look wrong', async () => {
    const { table, source, clock, next, eventsOf } = await prepare();
    source.records.clear();
    source.poison.add('2');

    for (const end = clock.now() + 65 * MINUTE; clock.now() < end; ) await next().catch(() => {});

    expect(new Set(eventsOf('tick.failed').map(({ kind }) => kind))).toEqual(new Set(['SourceChanged']));
    expect(table.items().map(({ status, misses }) => [status, misses])).toEqual([
      ['pending', undefined],
      ['pending', undefined],
    ]);
  });

  it('are not confirmed by news or by the walk through those that are given up', async () => {
    const { table, source, clock, next } = await prepare();
    await table.payments.markMissing({ userId: 'bob', recordId: '2' }, clock.now());
    await table.remember({ isPartial: true });
    for (const id of ['1', '2']) source.records.set(id, { paid: true, changedAt: clock.now() });
    await next().catch(() => {});
    await table.remember({ isPartial: true });

    for (let slot = 0; slot < 5; slot += 1) await next().catch(() => {});

    expect([table.status('alice', '1'), table.status('bob', '2')]).toEqual(['pending', 'missing']);
  });

  it('do not stop a sweep of many', async () => {
    const { table, clock, next, pending } = await prepare();
    for (let id = 3; id <= 20_600; id += 1) await table.track(`user-${id}`, String(id));
    await next().catch(() => {});
    clock.advance(1_000);
    await pending('zoe', '99999', { paid: true });

    for (let slot = 0; slot < 4; slot += 1) await next().catch(() => {});

    expect(table.status('zoe', '99999')).toBe('paid');
    expect(table.control).toMatchObject({ held: 20_600, pending: 20_600 });
  });

  it('are not confirmed by a write either, whatever a tick thought', async () => {
    const { table, clock } = await prepare();
    const since = clock.now() + 1;

    const payment = { userId: 'alice', recordId: '1' };
    expect(await table.payments.confirm(payment, since, [{ from: since }])).toBe(false);
    expect(await table.payments.confirm(payment, since, [{ from: 0, until: since - MINUTE }])).toBe(false);
    expect(await table.payments.confirm(payment, since, [{ from: since }, { from: 0, until: since }])).toBe(
      true,
    );
  });
});

describe('the name of a table', () => {
  it('is asked for in the first tick that watches it, and never again', async () => {
    const { source, next, eventsOf } = await prepare();
    expect(source.namesAsked).toBe(1);

    for (let slot = 0; slot < 3; slot += 1) await next().catch(() => {});

    expect(source.namesAsked).toBe(2);
    expect(eventsOf('tick.finished')[0]).toMatchObject({ requests: 1 });
  });
});

describe('the periods', () => {
  it('begin with everything that was tracked before the first tick', () => {
    expect(watchTable({}, 'm1', 5)).toEqual([{ table: 'm1', since: 0 }]);
  });

  it('stay as they are while the table does', () => {
    const watched = [{ table: 'm1', since: 0 }];

    expect(watchTable({ watched }, 'm1', 5)).toBe(watched);
    expect(spansOf(watched, 'm1')).toBeUndefined();
  });

  it('begin with the tick that sees another table, or after the last one that saw nothing pending', () => {
    const watched = [{ table: 'm1', since: 0 }];

    expect(watchTable({ watched, pending: 1, lastTickAt: 3 }, 'm2', 5)).toEqual([
      ...watched,
      { table: 'm2', since: 5 },
    ]);
    expect(watchTable({ watched, pending: 0, lastTickAt: 3 }, 'm2', 5)).toEqual([
      ...watched,
      { table: 'm2', since: 3 },
    ]);
  });

  it('are the times of a table in which its payments were tracked', () => {
    const watched = [
      { table: 'm1', since: 0 },
      { table: 'm2', since: 5 },
      { table: 'm1', since: 9 },
    ];

    expect(spansOf(watched, 'm1')).toEqual([{ from: 0, until: 5 }, { from: 9 }]);
    expect(spansOf(watched, 'm2')).toEqual([{ from: 5, until: 9 }]);
    expect(spansOf(watched, 'm3')).toEqual([]);
  });

  it('are ten at most, and what was tracked before them belongs to no table', () => {
    let watched = watchTable({}, 'm0', 0);
    for (let turn = 1; turn <= 12; turn += 1) watched = watchTable({ watched }, `m${turn % 2}`, turn);

    expect(watched).toHaveLength(10);
    expect(spansOf(watched, 'm0')?.[0]).toEqual({ from: 4, until: 5 });
  });
});

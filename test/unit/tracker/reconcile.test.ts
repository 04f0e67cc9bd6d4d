import { describe, expect, it, vi } from 'vitest';
import { TableWriteFailedError } from '../../../lambda/tracker/errors.ts';
import { nameOf } from '../../../lambda/tracker/payment.ts';
import type { PendingPayment } from '../../../lambda/tracker/pending-payments.ts';
import {
  type Findings,
  type ReconcileOptions,
  reconcile,
  verdictOf,
} from '../../../lambda/tracker/reconcile.ts';
import { harness } from './harness.ts';

const at = (userId: string, recordId: string, partition = 'new'): PendingPayment => ({
  userId,
  recordId,
  partition,
});

/** Findings: paid and unpaid records by id, with an owner or without; ids that are absent, and ids that are refused. */
function findings(
  records: Record<string, boolean | { paid: boolean; owner: string | null }>,
  absent: readonly string[] = [],
  invalid: Record<string, string> = {},
): Findings {
  const found = Object.entries(records).map(([recordId, record]) => [
    recordId,
    typeof record === 'boolean' ? { recordId, paid: record } : { recordId, ...record },
  ]) as [string, { recordId: string; paid: boolean }][];
  return {
    records: new Map(found),
    answered: new Set([...Object.keys(records), ...absent]),
    invalid: new Map(Object.entries(invalid)),
  };
}

async function prepare(...payments: PendingPayment[]) {
  const world = harness();
  for (const { userId, recordId } of payments) await world.table.track(userId, recordId);
  const { clock, table } = world;
  clock.set(100_000);
  const run = (found: Findings, options: Partial<ReconcileOptions> = {}, listed = payments) =>
    reconcile(listed, found, {
      ...world.context(),
      by: 'tick',
      audit: undefined,
      deadline: clock.now() + 1_000,
      ...options,
    });
  return { ...world, payments, run, status: table.status.bind(table) };
}

describe('a verdict', () => {
  const payment = at('alice', '1');
  const missing = at('alice', '1', 'missing');

  it.each([
    ['its record is paid', payment, findings({ 1: true }), { type: 'confirm' }],
    ['its record is not paid', payment, findings({ 1: false }), { type: 'wait' }],
    ['its record is not among the answers', payment, findings({}), { type: 'wait' }],
    [
      'its record belongs to it',
      payment,
      findings({ 1: { paid: true, owner: ' alice ' } }),
      { type: 'confirm' },
    ],
    [
      'its record belongs to somebody else',
      payment,
      findings({ 1: { paid: true, owner: 'bob' } }),
      { type: 'ownerMismatch', owner: 'bob' },
    ],
    [
      'its record belongs to nobody',
      payment,
      findings({ 1: { paid: true, owner: null } }),
      { type: 'ownerMismatch', owner: null },
    ],
    [
      'its id is refused',
      payment,
      findings({ 1: true }, [], { 1: 'why' }),
      { type: 'invalid', reason: 'why' },
    ],
    ['it is missing, and its record is paid', missing, findings({ 1: true }), { type: 'confirm' }],
    ['it is missing, and its record is there', missing, findings({ 1: false }), { type: 'revive' }],
    ['it is missing, and its record is not there', missing, findings({}, ['1']), { type: 'wait' }],
    [
      'it is missing, and its record belongs to somebody else',
      missing,
      findings({ 1: { paid: false, owner: 'bob' } }),
      { type: 'wait' },
    ],
    [
      'it is invalid, and its id is refused',
      at('alice', '1', 'invalid'),
      findings({}, [], { 1: 'why' }),
      { type: 'wait' },
    ],
  ] as const)('about a payment when %s', (_, listed, found, verdict) => {
    expect(verdictOf(listed, found, false)).toEqual(verdict);
  });

  it('is a miss only in an audit, and only when the record was asked for', () => {
    expect(verdictOf(payment, findings({}, ['1']), true)).toEqual({ type: 'miss' });
    expect(verdictOf(payment, findings({}, ['1']), false)).toEqual({ type: 'wait' });
    expect(verdictOf(payment, findings({}), true)).toEqual({ type: 'wait' });
  });
});

describe('a reconciliation', () => {
  it('writes and tells each result, and counts them', async () => {
    const [paid, other, bad, unpaid] = [at('alice', '1'), at('bob', '2'), at('carol', 'x'), at('dave', '4')];
    const { run, status, events, table } = await prepare(paid, other, bad, unpaid);

    const result = await run(
      findings({ 1: true, 2: { paid: true, owner: 'mallory' }, 4: false }, [], { x: 'no number' }),
    );

    expect(result).toStrictEqual({
      confirmed: 1,
      missing: 0,
      invalid: 1,
      ownerMismatches: 1,
      mismatched: new Set([nameOf(other)]),
      gone: 0,
      done: new Set([nameOf(paid), nameOf(bad)]),
      unfinished: new Set(),
      error: undefined,
    });
    expect([status('alice', '1'), status('bob', '2'), status('carol', 'x'), status('dave', '4')]).toEqual([
      'paid',
      'pending',
      'invalid',
      'pending',
    ]);
    expect(table.item('alice', '1')).toMatchObject({ paidAt: 100_000 });
    expect(table.item('carol', 'x')).toMatchObject({ reason: 'no number', givenUpAt: 100_000 });
    expect(events).toEqual([
      { type: 'payment.ownerMismatch', payment: { userId: 'bob', recordId: '2' }, owner: 'mallory' },
      { type: 'payment.confirmed', payment: { userId: 'alice', recordId: '1' }, paidAt: 100_000, by: 'tick' },
      { type: 'payment.invalid', payment: { userId: 'carol', recordId: 'x' }, reason: 'no number' },
    ]);
  });

  it('writes confirmations first', async () => {
    const { run, events } = await prepare(at('bob', 'x'), at('alice', '1'), at('bob', 'y'), at('alice', '2'));

    await run(findings({ 1: true, 2: true }, [], { x: 'no number', y: 'no number' }));

    expect(events.map(({ type }) => type)).toEqual([
      'payment.confirmed',
      'payment.confirmed',
      'payment.invalid',
      'payment.invalid',
    ]);
  });

  it('remembers only confirmations as such', async () => {
    const { run } = await prepare(at('alice', '1'));
    const confirmedBefore = new Set<string>();

    const missed = await run(findings({}, ['1']), { audit: 5, confirmedBefore });

    expect(missed.done.size).toBe(0);
    expect(confirmedBefore.size).toBe(0);
  });

  it('makes a payment missing with the third miss in a row', async () => {
    const payment = at('alice', '1');
    const { run, status, events } = await prepare(payment);
    const absent = findings({}, ['1']);

    const first = await run(absent, { audit: 5 });
    await run(absent, { audit: 6 });
    expect(status('alice', '1')).toBe('pending');
    const third = await run(absent, { audit: 7 });

    expect(first).toMatchObject({ missing: 0, gone: 0 });
    expect(first.done.size).toBe(0);
    expect(third.missing).toBe(1);
    expect(third.done).toEqual(new Set([nameOf(payment)]));
    expect(status('alice', '1')).toBe('missing');
    expect(events).toEqual([{ type: 'payment.missing', payment: { userId: 'alice', recordId: '1' } }]);
  });

  it('revives what is given up, and confirms it when it is paid', async () => {
    const [alice, bob] = [at('alice', '1', 'missing'), at('bob', '2', 'missing')];
    const { run, status, table, events } = await prepare(alice, bob);
    for (const payment of [alice, bob]) await table.payments.markMissing(payment, 1);

    const result = await run(findings({ 1: false, 2: true }));

    expect([status('alice', '1'), status('bob', '2')]).toEqual(['pending', 'paid']);
    expect(events.map(({ type }) => type).toSorted()).toEqual(['payment.confirmed', 'payment.revived']);
    // Alice's is pending again.
    expect(result.done).toEqual(new Set([nameOf(bob)]));
    expect(result).toMatchObject({ confirmed: 1, gone: 0 });
  });

  it.each([
    ['to confirm', at('alice', '1'), findings({ 1: true }), undefined],
    ['to revive', at('alice', '1', 'missing'), findings({ 1: false }), undefined],
    ['to revive and confirm', at('alice', '1', 'missing'), findings({ 1: true }), undefined],
    ['to make invalid', at('alice', '1'), findings({}, [], { 1: 'why' }), undefined],
    ['to miss', at('alice', '1'), findings({}, ['1']), 1],
  ] as const)('counts a payment %s as gone when others were faster', async (_, payment, found, audit) => {
    const { run, events } = await prepare();

    const result = await run(found, { audit }, [payment]);

    expect(result).toMatchObject({ confirmed: 0, missing: 0, invalid: 0, gone: 1 });
    expect(result.done).toEqual(new Set([nameOf(payment)]));
    expect(events).toEqual([]);
  });

  it('counts a payment that goes between its third miss and the write as gone', async () => {
    const payment = at('alice', '1');
    const { run, table, events } = await prepare(payment);
    vi.spyOn(table.payments, 'noteMiss').mockResolvedValue(3);
    vi.spyOn(table.payments, 'markMissing').mockResolvedValue(false);

    const result = await run(findings({}, ['1']), { audit: 1 });

    expect(result).toMatchObject({ missing: 0, gone: 1 });
    expect(events).toEqual([]);
  });

  it('confirms a payment once in a tick, though the index still lists it', async () => {
    const payment = at('alice', '1');
    const { run, eventsOf } = await prepare(payment);
    const confirmedBefore = new Set<string>();

    const first = await run(findings({ 1: true }), { confirmedBefore });
    const second = await run(findings({ 1: true }), { confirmedBefore });

    expect([first.confirmed, second.confirmed, second.gone]).toEqual([1, 0, 1]);
    expect(confirmedBefore).toEqual(new Set([nameOf(payment)]));
    expect(eventsOf('payment.confirmed')).toHaveLength(1);
  });

  it('begins no write when its time is over', async () => {
    const payment = at('alice', '1');
    const { run, clock, status, events } = await prepare(payment);

    const late = await run(findings({ 1: true }), { deadline: clock.now() });

    expect(late).toMatchObject({ confirmed: 0, error: undefined });
    expect(late.unfinished).toEqual(new Set([nameOf(payment)]));
    expect(late.done.size).toBe(0);
    expect(status('alice', '1')).toBe('pending');
    expect(events).toEqual([]);
    expect(await run(findings({ 1: true }), { deadline: clock.now() + 1 })).toMatchObject({ confirmed: 1 });
  });

  it('goes on when a write fails, and tells it', async () => {
    const [alice, bob] = [at('alice', '1'), at('bob', '2')];
    const { run, table, status } = await prepare(alice, bob);
    const cause = new Error('throttled');
    vi.spyOn(table.payments, 'confirm').mockRejectedValueOnce(cause);

    const result = await run(findings({ 1: true, 2: true }));

    expect(result.error).toBeInstanceOf(TableWriteFailedError);
    expect(result.error?.cause).toBe(cause);
    expect(result.error?.message).toMatch(
      /^write payments \[payments table\]: 1 of the payments could not be written\. .*the next tick repeats them/,
    );
    expect(result.unfinished).toEqual(new Set([nameOf(alice)]));
    expect(result.done).toEqual(new Set([nameOf(bob)]));
    expect(result.confirmed).toBe(1);
    expect(status('bob', '2')).toBe('paid');
  });

  it('tells of ten payments with another owner, and counts all', async () => {
    const payments = Array.from({ length: 12 }, (_, index) => at('alice', String(index + 1)));
    const { run, eventsOf } = await prepare(...payments);
    const theirs = Object.fromEntries(
      payments.map(({ recordId }) => [recordId, { paid: true, owner: 'bob' }]),
    );

    const result = await run(findings(theirs));

    expect(eventsOf('payment.ownerMismatch')).toHaveLength(10);
    expect(result.ownerMismatches).toBe(12);
    expect(result.done.size).toBe(0);
  });

  it('writes nothing about payments that are held, and asks only about those that something is to be written of', async () => {
    const [alice, bob, carol] = [at('alice', '1'), at('bob', '2'), at('carol', '3')];
    const { run, context, status } = await prepare(alice, bob, carol);
    const { guard } = context();
    const heldAmong = vi.spyOn(guard, 'heldAmong').mockResolvedValue(new Set([nameOf(alice)]));

    const result = await run(findings({ 1: true, 2: true, 3: false }), { guard });

    expect(heldAmong.mock.calls[0]?.[0]).toEqual([alice, bob]);
    expect([status('alice', '1'), status('bob', '2')]).toEqual(['pending', 'paid']);
    expect(result.done).toEqual(new Set([nameOf(bob)]));
  });
});

import { describe, expect, it, vi } from 'vitest';
import { auditSlice, currentAudit } from '../../../lambda/tracker/audit.ts';
import {
  ServerFaultError,
  SourceLooksWrongError,
  TableWriteFailedError,
  TimeoutError,
} from '../../../lambda/tracker/errors.ts';
import { nameOf } from '../../../lambda/tracker/payment.ts';
import { TableGuard } from '../../../lambda/tracker/watched-table.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

const STARTED_AT = 1_000;
const AUDIT = { number: 7, startedAt: STARTED_AT, isRunning: true };
const ENDED = { number: 7, startedAt: STARTED_AT };

/** A tracker with so many pending payments of `alice`, with the records 1001, 1002 … */
async function pendingPayments(count: number) {
  const world = harness();
  for (let id = 1001; id <= 1000 + count; id += 1) await world.pending('alice', String(id));
  const { payments } = await world.table.payments.list(undefined, count);
  return { ...world, payments };
}

describe('the audit of a tick', () => {
  const size = { ids: 100, successes: 2 };

  it.each([
    ['the first tick only begins to wait', undefined, 500, { number: 0, startedAt: 500 }],
    ['one that runs goes on', AUDIT, 9_999_999, AUDIT],
    ['the next has to wait', ENDED, STARTED_AT + 599_999, ENDED],
    [
      'the next begins',
      ENDED,
      STARTED_AT + 600_000,
      { number: 8, startedAt: STARTED_AT + 600_000, isRunning: true },
    ],
    [
      'the next begins with the size of a request that the last one learned',
      { ...ENDED, batchSize: size, after: { userId: 'a', recordId: '1', partition: '0' } },
      STARTED_AT + 600_000,
      { number: 8, startedAt: STARTED_AT + 600_000, isRunning: true, batchSize: size },
    ],
  ])('%s', (_, before, now, audit) => {
    expect(currentAudit(before, now, 600_000)).toStrictEqual(audit);
  });
});

describe('a slice of an audit', () => {
  it('is everything where that fits: the audit has ended', async () => {
    const { source, context } = await pendingPayments(3);
    source.records.delete('1002');

    const result = await auditSlice(context(), AUDIT);

    expect(
      source.requests.map(({ queries }) => queries.map(({ want, recordIds }) => [want, recordIds.length])),
    ).toEqual([[['existing', 3]]]);
    expect(result.state).toStrictEqual(ENDED);
    expect(result.error).toBeUndefined();
    expect(result.reconciliation).toMatchObject({ missing: 0, confirmed: 0 });
  });

  it('notes whose record is absent, with the number of the audit', async () => {
    const { source, table, context } = await pendingPayments(3);
    source.records.delete('1002');

    await auditSlice(context(), AUDIT);

    expect(table.item('alice', '1002')).toMatchObject({ misses: 1, lastMissedAudit: 7 });
    expect(table.item('alice', '1003')?.misses).toBeUndefined();
  });

  it('is as much as the requests carry, and the next tick goes on behind it', async () => {
    const { source, payments, context } = await pendingPayments(600);
    source.bulkList = false;

    const result = await auditSlice(
      context({ control: { ...context().control, bulkList: { supported: false, learnedAt: 0 } } }),
      AUDIT,
      1,
    );

    expect(source.requests.map(({ form }) => form)).toEqual(['get']);
    expect(result.state).toStrictEqual({ ...AUDIT, after: payments[499] });
    const rest = await auditSlice(context(), result.state, 1);
    expect(source.requests.at(-1)?.queries[0]?.recordIds).toHaveLength(100);
    expect(rest.state).toStrictEqual(ENDED);
  });

  it('has at most 5,000 payments', async () => {
    const { source, payments, context } = await pendingPayments(5_001);

    const { state } = await auditSlice(context(), AUDIT);

    const asked = source.requests.flatMap(({ queries }) => queries.flatMap(({ recordIds }) => recordIds));
    expect(asked).toHaveLength(5_000);
    expect(state).toStrictEqual({ ...AUDIT, after: payments[4_999] });
  });

  it('confirms what is paid, as a tick does', async () => {
    const { source, context, eventsOf } = await pendingPayments(2);
    source.records.set('1002', { paid: true });

    const result = await auditSlice(context(), AUDIT);

    expect(result.reconciliation.confirmed).toBe(1);
    expect(eventsOf('payment.confirmed')).toMatchObject([
      { payment: { userId: 'alice', recordId: '1002' }, by: 'tick' },
    ]);
    expect(result).not.toHaveProperty('error');
  });

  it('asks whether the server accepts a query at all before it searches for a bad id', async () => {
    const { source, context } = await pendingPayments(4);
    source.poison.add('1003');

    await auditSlice(context(), AUDIT);

    const sizes = source.requests.map(({ queries }) => queries[0]?.recordIds.length);
    expect(sizes.slice(0, 3)).toEqual([4, 0, 2]);
  });

  it('tells that a miss could not be written', async () => {
    const { source, table, context } = await pendingPayments(3);
    source.records.delete('1002');
    const cause = new Error('throttled');
    vi.spyOn(table.payments, 'noteMiss').mockRejectedValueOnce(cause);

    const { error, reconciliation } = await auditSlice(context(), AUDIT);

    expect(error).toBeInstanceOf(TableWriteFailedError);
    expect(error).toBe(reconciliation.error);
    expect(error?.cause).toBe(cause);
  });

  it('leaves out the payments of another table', async () => {
    const { source, table, context } = await pendingPayments(3);
    const guard = new TableGuard(undefined, undefined, table.payments);
    vi.spyOn(guard, 'heldAmong').mockImplementation(
      async (among) =>
        new Set(among.filter(({ recordId }) => recordId === '1002').map((payment) => nameOf(payment))),
    );
    source.records.delete('1002');

    const { state } = await auditSlice(context({ guard }), AUDIT);

    expect(source.requests.flatMap(({ queries }) => queries[0]?.recordIds ?? []).toSorted()).toEqual([
      '1001',
      '1003',
    ]);
    expect(table.item('alice', '1002')?.misses).toBeUndefined();
    expect(state).toStrictEqual(ENDED);
  });

  it('tells what it learned about the server', async () => {
    const { source, context } = await pendingPayments(6);
    Object.assign(source, { bulkList: false, urlIds: 3, cap: 2 });

    const { bulkList, cutPages } = await auditSlice(context(), AUDIT);

    expect(bulkList).toBe(false);
    expect(cutPages).toBeGreaterThan(0);
  });

  it('that fails ends the audit, and keeps the size of a request', async () => {
    const { source, context } = await pendingPayments(40);
    const before = { ids: 16, successes: 0 };
    source.faults = [new ServerFaultError(DETAILS)];

    const result = await auditSlice(context(), { ...AUDIT, batchSize: before });

    expect(result.error).toBeInstanceOf(ServerFaultError);
    expect(result.state).toStrictEqual({ ...ENDED, batchSize: before });
    expect(result.reconciliation.done.size).toBe(0);
  });

  it('halves its requests when one takes too long', async () => {
    const { source, context } = await pendingPayments(40);
    source.faults = [new TimeoutError({ ...DETAILS, smallerMayPass: true })];

    const { state, error } = await auditSlice(context(), AUDIT);

    expect(error).toBeUndefined();
    expect(source.requests.map(({ queries }) => queries[0]?.recordIds.length)).toEqual([40, 20, 20]);
    // Two quick answers raise it again.
    expect(state).toMatchObject({ ...ENDED, batchSize: { ids: 40 } });
  });

  it('that ends in the middle goes on there', async () => {
    const { source, context, payments, clock } = await pendingPayments(40);
    source.latencyPerId = 100;
    const batchSize = { ids: 20, successes: 0 };

    const { state, error } = await auditSlice(context({ askUntil: clock.now() + 3_500 }), {
      ...AUDIT,
      batchSize,
    });

    expect(error).toBeUndefined();
    expect(state).toMatchObject({ ...AUDIT, after: payments[19] });
  });

  it('that did nothing ends the audit', async () => {
    const { context, clock, source } = await pendingPayments(3);

    const { state, error } = await auditSlice(context({ askUntil: clock.now() }), AUDIT);

    expect(source.requests).toEqual([]);
    expect(error).toBeUndefined();
    expect(state).toStrictEqual(ENDED);
  });

  it('whose misses there is no time to write is repeated', async () => {
    const { context, clock, source } = await pendingPayments(3);
    source.records.delete('1001');
    const after = { userId: 'alice', recordId: '1', partition: 'new' };

    const { state, reconciliation } = await auditSlice(context({ writeUntil: clock.now() }), {
      ...AUDIT,
      after,
    });

    expect(reconciliation.unfinished.size).toBe(1);
    expect(state).toStrictEqual({ ...AUDIT, after });
  });

  it.each([
    [4, 4, false],
    [5, 5, true],
    [5, 9, true],
    [5, 10, false],
    [6, 10, true],
  ])('that misses %i of %i records is about the table: %s', async (missed, count, isAboutTable) => {
    const { source, table, context } = await pendingPayments(count);
    for (let id = 1001; id <= 1000 + missed; id += 1) source.records.delete(String(id));

    const { error, state } = await auditSlice(context(), AUDIT);

    expect(state).toStrictEqual(ENDED);
    expect(table.items().filter(({ misses }) => misses !== undefined)).toHaveLength(
      isAboutTable ? 0 : missed,
    );
    if (isAboutTable) {
      expect(error).toBeInstanceOf(SourceLooksWrongError);
      expect(error?.message).toContain(`${missed} of the ${count} records asked for are not in the table`);
      expect(error?.message).toMatch(/^audit records \[NocoDB table\]: /);
      expect(error?.message).toContain('NOCODB_TABLE_ID');
    } else {
      expect(error).toBeUndefined();
    }
  });
});

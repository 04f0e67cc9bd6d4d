import { describe, expect, it } from 'vitest';
import { nameOf } from '../../../lambda/tracker/payment.ts';
import {
  describeTable,
  sourceChanged,
  spansOf,
  TableGuard,
  type WatchedPeriod,
  watchTable,
} from '../../../lambda/tracker/watched-table.ts';

const A = { table: 'mA', since: 0 };
const B = { table: 'mB', since: 100 };

describe('the tables that were watched', () => {
  it('begin with one that has everything', () => {
    expect(watchTable({}, 'mA', 50)).toEqual([A]);
  });

  it('stay as they are while the table is the same', () => {
    const watched = [A, B];
    expect(watchTable({ watched }, 'mB', 500)).toBe(watched);
  });

  it.each([
    [3, 90, 500],
    [undefined, 90, 500],
    [0, 90, 90],
    [0, undefined, 500],
  ])(
    'get another one when the setting changes: with %s pending, and the last tick at %s, since %i',
    (pending, lastTickAt, since) => {
      const control = {
        watched: [A],
        ...(pending !== undefined && { pending }),
        ...(lastTickAt && { lastTickAt }),
      };

      expect(watchTable(control, 'mB', 500)).toEqual([A, { table: 'mB', since }]);
    },
  );

  it('are remembered ten at a time', () => {
    const watched = Array.from({ length: 10 }, (_, index) => ({ table: `m${index}`, since: index }));

    const after = watchTable({ watched }, 'mX', 500);

    expect(after).toHaveLength(10);
    expect(after[0]).toEqual({ table: 'm1', since: 1 });
    expect(after.at(-1)).toEqual({ table: 'mX', since: 500 });
  });
});

describe('the times of a table', () => {
  it.each<[string, WatchedPeriod[], ReturnType<typeof spansOf>]>([
    ['are all when there was no other', [A], undefined],
    ['are all when it was there before it was remembered', [A, { ...A, since: 5 }], undefined],
    ['begin where the memory begins', [{ table: 'mA', since: 7 }], [{ from: 7 }]],
    ['end where the next begins', [A, B], [{ from: 0, until: 100 }]],
    ['are several', [A, B, { table: 'mA', since: 200 }], [{ from: 0, until: 100 }, { from: 200 }]],
    ['are none', [B], []],
  ])('%s', (_, watched, spans) => {
    expect(spansOf(watched, 'mA')).toEqual(spans);
  });
});

describe('the guard', () => {
  const payments = ['early', 'at', 'late', 'unknown'].map((userId) => ({ userId, recordId: '1' }));
  const tracked = new Map([
    ['early', 99],
    ['at', 100],
    ['late', 500],
  ]);
  const reads: string[][] = [];
  const trackedAt = async (asked: readonly { userId: string; recordId: string }[]) => {
    reads.push(asked.map(({ userId }) => userId));
    return new Map(
      asked.flatMap((payment) => {
        const time = tracked.get(payment.userId);
        return time === undefined ? [] : [[nameOf(payment), time] as const];
      }),
    );
  };
  const held = async (guard: TableGuard) => {
    const names = await guard.heldAmong(payments);
    return payments.filter((payment) => names.has(nameOf(payment))).map(({ userId }) => userId);
  };

  it('holds what was tracked under another table', async () => {
    expect(await held(new TableGuard([A, B], { id: 'mB', comparesOwners: false }, { trackedAt }))).toEqual([
      'early',
    ]);
    expect(await held(new TableGuard([A, B], { id: 'mA', comparesOwners: false }, { trackedAt }))).toEqual([
      'at',
      'late',
    ]);
  });

  it('reads when a payment was tracked only once', async () => {
    const guard = new TableGuard([A, B], { id: 'mB', comparesOwners: false }, { trackedAt });
    reads.length = 0;

    await guard.heldAmong(payments.slice(0, 2));
    await guard.heldAmong(payments.slice(0, 3));

    expect(reads).toEqual([['early', 'at'], ['late']]);
  });

  it.each([
    ['owners are compared', [A, B], { id: 'mB', comparesOwners: true }],
    ['the table is not known', [A, B], undefined],
    ['no table was watched', undefined, { id: 'mB', comparesOwners: false }],
    ['only this table was watched', [A], { id: 'mA', comparesOwners: false }],
  ])('holds nobody, and reads nothing, when %s', async (_, watched, table) => {
    reads.length = 0;

    expect(await held(new TableGuard(watched, table, { trackedAt }))).toEqual([]);
    expect(reads).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    [{ table: 'm1', since: 0 }, 'm1'],
    [{ table: 'm1', since: 0, title: 'Payments' }, 'Payments (m1)'],
    [{ table: 'm1', since: 0, title: 'Payments', base: 'p1' }, 'Payments of base p1 (m1)'],
  ])('name a table: %j', (period, words) => {
    expect(describeTable(period)).toBe(words);
  });

  it('say which table the held payments were tracked under, and what to do', () => {
    const { message } = sourceChanged(5, [A, B, A, { ...B, since: 300, title: 'New' }]);

    expect(message).toContain('confirm payments [NocoDB table New (mB)]');
    expect(message).toContain(
      '5 pending payments were tracked while the tracker watched mA, and are not confirmed',
    );
    expect(message).toContain('payment-tracker accept-table');
    expect(sourceChanged(1).message).toContain('[NocoDB table ]');
  });
});

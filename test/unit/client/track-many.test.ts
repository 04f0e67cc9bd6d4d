import { expect, test } from 'vitest';
import { InvalidPaymentsError, TrackManyError } from '../../../lambda/client/errors.ts';
import { allTracked, parsePayments, register } from '../../../lambda/client/track-many.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';

const payments = (count: number): PaymentKey[] =>
  Array.from({ length: count }, (_, i) => ({ userId: String(i), recordId: String(100 + i) }));

/** A store that refuses some records, and counts concurrent writes. */
function fakeStore(refused: readonly string[] = []) {
  const seen = { writes: 0, most: 0, underWay: 0 };
  const track = async ({ recordId }: PaymentKey) => {
    seen.writes += 1;
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    await new Promise(setImmediate);
    seen.underWay -= 1;
    if (refused.includes(recordId)) throw new Error(`no room for ${recordId}`);
    return { status: 'pending', created: true } as const;
  };
  return { track, seen };
}

test('numbers and strings become the strings that the table keeps', () => {
  expect(parsePayments([{ userId: 12345, recordId: 7 }])).toEqual([{ userId: '12345', recordId: '7' }]);
});

test('every row that is not valid is named, with its position and what is expected', () => {
  const list = [
    { userId: 'a b', recordId: 1 },
    { userId: 1, recordId: 1 },
    { userId: 1, recordId: '(1)' },
  ];

  expect(() => parsePayments(list)).toThrow(InvalidPaymentsError);
  expect(() => parsePayments(list)).toThrow(
    /^track payments: 2 of 3 are not valid, and none was written\..*row 0: userId "a b".*row 2: recordId "\(1\)"/,
  );
});

test('a long list of faults is cut in the message, not in the error', () => {
  const list = Array.from({ length: 12 }, () => ({ userId: '', recordId: 1 }));

  const error = (() => {
    try {
      return parsePayments(list);
    } catch (thrown) {
      return thrown as InvalidPaymentsError;
    }
  })() as InvalidPaymentsError;

  expect(error.message).toMatch(/row 9: .*; and 2 more$/);
  expect(error.message).not.toContain('row 10');
  expect(error.rows).toHaveLength(12);
  expect(error.errors).toHaveLength(12);
});

test('writes several at once, but not all', async () => {
  const store = fakeStore();

  const { tracked } = await register(payments(200), store, 0);

  expect(tracked).toHaveLength(200);
  expect(store.seen.most).toBeGreaterThan(1);
  expect(store.seen.most).toBeLessThan(33);
});

test('one that fails does not stop the others', async () => {
  const store = fakeStore(['103', '101']);

  const registration = await register(payments(5), store, 0);

  expect(store.seen.writes).toBe(5);
  expect(registration.tracked.map(({ userId }) => userId)).toEqual(['0', '2', '4']);
  expect(registration.failed).toMatchObject([
    { index: 1, userId: '1', recordId: '101', error: { message: 'no room for 101' } },
    { index: 3, userId: '3', recordId: '103', error: { message: 'no room for 103' } },
  ]);
});

test('what failed is thrown, with what was written and why the rest was not', async () => {
  const registration = await register(payments(3), fakeStore(['102']), 0);

  expect(() => allTracked(registration)).toThrow(TrackManyError);
  expect(() => allTracked(registration)).toThrow(
    /^track payments: 1 of 3 could not be written; the others are tracked\..*user 2, record 102: no room for 102$/,
  );
  try {
    allTracked(registration);
  } catch (error) {
    expect(error).toMatchObject({
      tracked: registration.tracked,
      failed: registration.failed,
      errors: [registration.failed[0]?.error],
      cause: registration.failed[0]?.error,
    });
  }
  expect.assertions(3);
});

import { expect, test } from 'vitest';
import { PaymentTracker } from '../../../lambda/client/index.ts';

test.for([undefined, ''])('a tracker without a table name (%o) says where to get one', (tableName) => {
  expect(() => new PaymentTracker({ tableName: tableName as string })).toThrow(
    /tableName is missing\. Pass the name of the payments table/,
  );
});

test.for([0, 1.5, Number.NaN])('refuses %d shards', (shards) => {
  expect(() => new PaymentTracker({ tableName: 'payments', shards })).toThrow(/shards is .* whole number/);
});

test('making a tracker sends nothing and needs no region', () => {
  expect(() => new PaymentTracker({ tableName: 'payments' })).not.toThrow();
});

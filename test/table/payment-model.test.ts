import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { PaymentModel } from './support/payment-model.ts';
import { createPaymentTable } from './support/payment-table.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const USERS = ['a', 'b'];
const RECORDS = ['9', '10'];

const paymentIndex = fc.record({ user: fc.nat(USERS.length - 1), record: fc.nat(RECORDS.length - 1) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('track' as const), on: paymentIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('untrack' as const), on: paymentIndex }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('confirm' as const), on: paymentIndex }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('miss' as const), on: paymentIndex, audits: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('markMissing' as const), on: paymentIndex }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('markInvalid' as const), on: paymentIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revive' as const), on: paymentIndex }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(0.001, 29, 31, 91) }),
  },
);

test('the table behaves as the model of a payment, whatever happens in whatever order', async () => {
  const table = await createPaymentTable();
  const store = new DynamoPaymentStore(table);
  const payments = new DynamoPendingPayments({ ...table, confirmedBy: 'tick' });
  let run = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      run += 1;
      const users = USERS.map((user) => `${user}${run}`);
      const key = (on: { user: number; record: number }) => ({
        userId: users[on.user] as string,
        recordId: RECORDS[on.record] as string,
      });
      const model = new PaymentModel();
      let now = START;
      let audit = 0;
      for (const each of steps) {
        now += 1;
        switch (each.do) {
          case 'wait':
            now += each.days * DAY;
            break;
          case 'track':
            expect(await store.track(key(each.on), now)).toEqual(model.track(key(each.on), now));
            break;
          case 'untrack':
            expect(await store.untrack(key(each.on), now)).toEqual(model.untrack(key(each.on), now));
            break;
          case 'confirm':
            expect(await payments.confirm(key(each.on), now)).toBe(model.confirm(key(each.on), now));
            break;
          case 'miss':
            audit += each.audits;
            expect(await payments.noteMiss(key(each.on), audit)).toBe(model.noteMiss(key(each.on), audit));
            break;
          case 'revive':
            expect(await payments.revive(key(each.on))).toBe(model.revive(key(each.on)));
            break;
          case 'markMissing':
            expect(await payments.markMissing(key(each.on), now)).toBe(model.end(key(each.on), 'missing'));
            break;
          case 'markInvalid':
            expect(await payments.markInvalid(key(each.on), 'why', now)).toBe(
              model.end(key(each.on), 'invalid'),
            );
            break;
        }
        for (const userId of users) {
          const seen = await store.latest(userId, now, 'strong');
          expect(seen && { recordId: seen.recordId, status: seen.status }).toEqual(model.latest(userId, now));
        }
      }
      const listed = await payments.list(undefined, 10_000);
      const ofRun = listed.payments.filter(({ userId }) => users.includes(userId));
      // Nothing is promised about the order of the users of one record.
      expect(ofRun.map(({ recordId }) => recordId)).toEqual(model.pending().map(({ recordId }) => recordId));
      expect(new Set(ofRun.map(({ userId, recordId }) => `${userId} ${recordId}`))).toEqual(
        new Set(model.pending().map(({ userId, recordId }) => `${userId} ${recordId}`)),
      );
    }),
    { numRuns: 60 },
  );
});

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { CONTROL_KEY, paymentKey } from '../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { SimulatedTable } from '../simulation/dynamo/simulated-table.ts';
import { NOW, reportOf } from './support/gate.ts';
import { createPaymentTable } from './support/payment-table.ts';

/** The adapters on one table. */
function adaptersOn(client: DynamoDBDocumentClient, tableName: string) {
  return {
    gate: new DynamoControlItem({ client, tableName }),
    pending: new DynamoPendingPayments({ client, tableName, confirmedBy: 'tick' }),
    store: new DynamoPaymentStore({ client, tableName }),
    rest: new DynamoControlItem({ client, tableName }),
  };
}

type Adapters = ReturnType<typeof adaptersOn>;
type Step = (adapters: Adapters) => Promise<unknown>;

/** With record ids of their own: in which order DynamoDB lists index entries with equal sort keys is not defined. */
const payments = [
  { userId: '1', recordId: '7' },
  { userId: '1', recordId: '8' },
  { userId: '2', recordId: '75' },
  { userId: '2', recordId: '9' },
];
const payment = fc.constantFrom(...payments);
const position = fc
  .tuple(payment, fc.constantFrom('new', '0'))
  .map(([key, partition]) => ({ ...key, partition }));
const limit = fc.integer({ min: 1, max: 5 });
const now = fc.integer({ min: 0, max: 5 }).map((step) => NOW + step * 10_000);
const owner = fc.constantFrom('a', 'b');
const audit = fc.integer({ min: 1, max: 4 });

/** Everything that the tracker does to its table. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(payment, now).map(
    ([key, at]): Step =>
      ({ store }) =>
        store.track(key, at),
  ),
  fc.tuple(payment, now).map(
    ([key, at]): Step =>
      ({ store }) =>
        store.untrack(key, at),
  ),
  fc.tuple(payment, now).map(
    ([key, at]): Step =>
      ({ store }) =>
        store.find(key, at),
  ),
  fc.tuple(payment, now).map(
    ([key, at]): Step =>
      ({ store }) =>
        store.latest(key.userId, at, 'strong'),
  ),
  fc.tuple(payment, now).map(
    ([key, at]): Step =>
      ({ pending }) =>
        pending.confirm(key, at),
  ),
  fc.tuple(payment, audit).map(
    ([key, number]): Step =>
      ({ pending }) =>
        pending.noteMiss(key, number),
  ),
  payment.map(
    (key): Step =>
      ({ pending }) =>
        pending.markMissing(key, 1),
  ),
  payment.map(
    (key): Step =>
      ({ pending }) =>
        pending.markInvalid(key, 'no number', 1),
  ),
  payment.map(
    (key): Step =>
      ({ pending }) =>
        pending.revive(key),
  ),
  fc.tuple(fc.option(position, { nil: undefined }), limit).map(
    ([after, most]): Step =>
      ({ pending }) =>
        pending.listGivenUp(after && { ...after, partition: 'missing' }, most),
  ),
  fc.constant<Step>(async ({ pending }) => [...(await pending.trackedAt(payments))].sort()),
  fc.tuple(payment, now, now).map(
    ([key, from, at]): Step =>
      ({ pending }) =>
        pending.confirm(key, at, [{ from: 0, until: from - 1 }, { from }]),
  ),
  payment.map(
    (key): Step =>
      ({ pending }) =>
        pending.moveFromNew(key),
  ),
  payment.map(
    ({ recordId }): Step =>
      ({ pending }) =>
        pending.ofRecord(recordId),
  ),
  fc.tuple(fc.option(position, { nil: undefined }), limit).map(
    ([after, most]): Step =>
      ({ pending }) =>
        pending.list(after, most),
  ),
  fc.tuple(fc.option(position, { nil: undefined }), limit).map(
    ([after, most]): Step =>
      ({ pending }) =>
        pending.listNew(after && { ...after, partition: 'new' }, most),
  ),
  fc.tuple(owner, now).map(
    ([name, at]): Step =>
      ({ gate }) =>
        gate.acquire({ owner: name, now: at, lease: 9_000 }),
  ),
  fc.tuple(owner, now, fc.boolean()).map(
    ([name, at, empty]): Step =>
      ({ gate }) =>
        gate.finish({ ...reportOf(name), now: at, empty }),
  ),
  now.map(
    (until): Step =>
      ({ gate }) =>
        gate.block(until),
  ),
  fc.constant<Step>(({ rest }) => rest.emptyTicks()),
  fc.constant<Step>(({ rest }) => rest.clearEmptyTicks()),
);

test('the simulated table answers as the emulated one, and holds the same after any steps', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
      const emulated = await createPaymentTable();
      const table = new SimulatedTable({ propagate: (_, show) => show() });
      const client = table.client(async (operate) => operate(1));
      const simulated = adaptersOn(client, 'simulated');
      const real = adaptersOn(emulated.client, emulated.tableName);

      for (const take of steps) expect(await take(simulated)).toEqual(await take(real));

      for (const key of payments)
        expect(table.item(paymentKey(key))).toEqual(await emulated.readPayment(key));
      expect(table.item(CONTROL_KEY)).toEqual(await emulated.readControl());
    }),
    { numRuns: 40 },
  );
});

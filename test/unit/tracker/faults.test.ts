import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ConnectionFailedError,
  InvalidResponseError,
  RateLimitedError,
  ServerFaultError,
  TimeoutError,
  TokenRejectedError,
  type TrackerError,
} from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

type Fault = 'none' | 'serverFault' | 'timeout' | 'reset' | 'garbage' | 'unauthorized' | 'rateLimited';

const fault = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fault>('none') },
  fc.constantFrom<Fault>('serverFault', 'timeout', 'reset', 'garbage', 'unauthorized', 'rateLimited'),
);

const payment = fc.record({
  user: fc.integer({ min: 1, max: 8 }).map((number) => `user-${number}`),
  id: fc.oneof(fc.integer({ min: 1, max: 60 }).map(String), fc.constantFrom('rec_abc', '99999999999')),
  exists: fc.boolean(),
  /** The slot before which somebody ticks the record as paid. */
  paidAt: fc.oneof(fc.integer({ min: 0, max: 14 }), fc.constant(Number.POSITIVE_INFINITY)),
});

const world = fc.record({
  payments: fc.array(payment, { minLength: 1, maxLength: 60, size: 'max' }),
  faults: fc.array(fault, { maxLength: 40, size: 'max' }),
  cap: fc.integer({ min: 1, max: 50 }),
  urlIds: fc.constantFrom(1, 2, 5, 30),
  bulkList: fc.boolean(),
  poisonous: fc.boolean(),
  owners: fc.boolean(),
  latency: fc.constantFrom(5, 400, 2_500),
});

function errorOf(kind: Fault, now: number): TrackerError | undefined {
  switch (kind) {
    case 'none':
      return undefined;
    case 'serverFault':
      return new ServerFaultError(DETAILS);
    case 'timeout':
      return new TimeoutError(DETAILS);
    case 'reset':
      return new ConnectionFailedError(DETAILS);
    case 'garbage':
      return new InvalidResponseError(DETAILS);
    case 'unauthorized':
      return new TokenRejectedError(DETAILS);
    case 'rateLimited':
      return new RateLimitedError({ ...DETAILS, retryAt: now + 30_000 });
  }
}

it('never invents, loses or starves a payment, and never sends inside a penalty, whatever the faults', async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      async ({ payments, faults, cap, urlIds, bulkList, poisonous, owners, latency }) => {
        const { table, source, clock, next, events } = harness({ auditEvery: 60_000 });
        Object.assign(source, { cap, urlIds, bulkList, latency, sloppy: true });
        if (poisonous) for (const id of ['rec_abc', '99999999999']) source.poison.add(id);
        const ownerOf = new Map(payments.map(({ id, user }) => [id, user]));
        const paidRecords = new Set<string>();
        const penalties: { from: number; until: number }[] = [];
        for (const { user, id, exists } of payments) {
          await table.track(user, id);
          if (exists)
            source.records.set(id, { paid: false, ...(owners && { owner: ownerOf.get(id) as string }) });
        }
        const remaining = [...faults];
        const page = source.list.bind(source);
        const bulk = source.listMany.bind(source);
        const withFaults = <A extends unknown[], T>(send: (...args: A) => Promise<T>) => {
          return (...args: A): Promise<T> => {
            const fault = errorOf(remaining.shift() ?? 'none', clock.now());
            if (fault instanceof RateLimitedError)
              penalties.push({ from: clock.now(), until: fault.retryAt });
            source.faults = [fault];
            return send(...args);
          };
        };
        source.list = withFaults(page);
        source.listMany = withFaults(bulk);

        const isPayable = (id: string) => paidRecords.has(id) && !source.poison.has(id);
        const isOwner = (user: string, id: string) => !owners || ownerOf.get(id) === user;
        const isDue = (user: string, id: string) => isPayable(id) && isOwner(user, id);
        const isAllPaid = () =>
          payments.every(({ user, id }) => !isDue(user, id) || table.status(user, id) === 'paid');
        const lastSlot = Math.max(0, ...payments.map(({ paidAt }) => paidAt).filter(Number.isFinite));

        // While there are faults, then until the tracker has asked for every id, then a little longer.
        let extraSlots = 8;
        for (let slot = 0; slot < 160 && extraSlots > 0; slot += 1) {
          if (remaining.length === 0 && slot > lastSlot && isAllPaid()) extraSlots -= 1;
          for (const { id, paidAt } of payments) {
            const record = source.records.get(id);
            if (paidAt !== slot || !record) continue;
            record.paid = true;
            paidRecords.add(id);
          }
          await next().catch((error: unknown) => {
            if (!(error instanceof Error) || !('kind' in error)) throw error;
          });
        }

        for (const { userId, recordId, status } of table.items()) {
          const due = isDue(userId, recordId);
          expect({ userId, recordId, paid: status === 'paid' }).toEqual({ userId, recordId, paid: due });
          if (status === 'invalid') expect(source.poison.has(recordId)).toBe(true);
          if (status === 'missing') expect(source.records.has(recordId)).toBe(false);
        }
        const announced = events.flatMap((event) =>
          event.type === 'payment.confirmed' ? [`${event.payment.userId}#${event.payment.recordId}`] : [],
        );
        expect(new Set(announced).size).toBe(announced.length);
        for (const { from, until } of penalties) {
          expect(source.requests.filter(({ at }) => at > from && at < until)).toEqual([]);
        }
      },
    ),
    { numRuns: 500 },
  );
}, 120_000);

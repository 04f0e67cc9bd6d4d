import { expect, it } from 'vitest';
import { ASSUMPTIONS } from '../../../infra/cost/assumptions.ts';
import { finishUpdate } from '../../../lambda/table/control-item.ts';
import {
  CONTROL_KEY,
  LAYOUT_VERSION,
  type PaymentItem,
  partitionOf,
  paymentKey,
} from '../../../lambda/table/layout.ts';
import { itemBytes } from '../../support/dynamodb-size.ts';

const NOW = Date.UTC(2026, 0, 1);
/** Ids as long as messengers make them, and a record id of twelve digits. */
const PAYMENT = { userId: '1234567890123456789', recordId: '123456789012' };

const ITEM: PaymentItem = {
  ...paymentKey(PAYMENT),
  ...PAYMENT,
  status: 'pending',
  trackedAt: NOW,
  expiresAt: NOW / 1000,
  shard: partitionOf(PAYMENT.recordId, 16),
  misses: 2,
  lastMissedAudit: 12_345,
};

it('a payment is not larger than the bill assumes, and one write unit writes it', () => {
  expect(itemBytes({ ...ITEM })).toBeLessThanOrEqual(ASSUMPTIONS.paymentItemBytes);
});

it('an entry of the index of pending payments is not larger than the bill assumes', () => {
  const { pk, sk, shard, recordId } = ITEM;

  expect(itemBytes({ pk, sk, shard, recordId })).toBeLessThanOrEqual(ASSUMPTIONS.indexEntryBytes);
});

const POSITION = { after: { ...PAYMENT, partition: '15' }, alone: 10_000 };
const BATCH_SIZE = { ids: 10_000, successes: 1, refused: { ids: 20_000, at: NOW } };

it('the control item, with everything in it that ticks remember, fits the one write unit of a gate', () => {
  const { values } = finishUpdate({
    owner: 'x1J6mYbT0w-qS8vN',
    now: NOW,
    nextAllowedAt: NOW,
    intervalSeconds: 20,
    pending: 1_000_000,
    usersUpdated: 20_000,
    counters: {
      updates: 99_999_999,
      failures: 99_999_999,
      confirmed: 99_999_999,
      requests: 99_999_999,
      requestsOk: 99_999_999,
      requestsFailed: 99_999_999,
      requestsRateLimited: 99_999_999,
    },
    lastSuccessAt: NOW,
    memory: {
      bulkList: { supported: false, learnedAt: NOW },
      batchSize: BATCH_SIZE,
      acceptedId: PAYMENT.recordId,
      sweep: { ...POSITION, startedAt: NOW, counted: 1_000_000, hasGap: true },
      sweptAt: NOW,
      isPartial: true,
      news: {
        clockSkew: -100_000,
        query: { since: NOW, startedAt: NOW, after: PAYMENT.recordId },
      },
      newcomers: POSITION,
      server: { withoutV2Since: NOW, baseId: 'pqot58neiu3o1xo' },
      audit: {
        number: 12_345,
        startedAt: NOW,
        isRunning: true,
        after: POSITION.after,
        batchSize: BATCH_SIZE,
      },
    },
    source: '0123456789abcdef',
    empty: false,
  });
  const item = Object.fromEntries(Object.entries(values).map(([name, value]) => [name.slice(1), value]));

  const bytes = itemBytes({ ...item, ...CONTROL_KEY, layout: LAYOUT_VERSION, blockedUntil: NOW });

  expect(bytes).toBeLessThanOrEqual(1024);
});

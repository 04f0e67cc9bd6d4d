import { expect, it } from 'vitest';
import { ASSUMPTIONS } from '../../../infra/cost/assumptions.ts';
import { finishUpdate } from '../../../lambda/table/control-attributes.ts';
import {
  CONTROL_KEY,
  LAYOUT_VERSION,
  type PaymentItem,
  partitionOf,
  paymentKey,
} from '../../../lambda/table/layout.ts';
import type { TickMemory } from '../../../lambda/tracker/control-state.ts';
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

/** Memories of ticks over many payments: as they usually are, and with everything in them that ticks remember. */
function memories(): { usual: TickMemory; full: TickMemory } {
  const after = { ...PAYMENT, partition: '15' };
  const usual: TickMemory = {
    bulkList: { supported: true, learnedAt: NOW },
    batchSize: { ids: 10_000, successes: 1 },
    acceptedId: PAYMENT.recordId,
    sweep: { after, startedAt: NOW, counted: 1_000_000 },
    sweptAt: NOW,
    isPartial: true,
    news: { clockSkew: -100_000, query: { since: NOW, startedAt: NOW, after: PAYMENT.recordId } },
    newcomers: { after },
    audit: { number: 12_345, startedAt: NOW, isRunning: true, after },
    withoutV2Since: undefined,
    givenUp: { startedAt: NOW },
    held: undefined,
    month: ['2026-12', 1_000_000],
  };
  const batchSize = { ids: 10_000, successes: 1, refused: { ids: 20_000, at: NOW } };
  const position = { after, alone: 10_000 };
  const full: TickMemory = {
    ...usual,
    bulkList: { supported: false, learnedAt: NOW },
    batchSize,
    sweep: { ...position, startedAt: NOW, counted: 1_000_000, hasGap: true, held: 1_000_000 },
    news: { ...usual.news, unsupportedAt: NOW },
    newcomers: position,
    audit: { number: 12_345, startedAt: NOW, isRunning: true, after, batchSize },
    withoutV2Since: NOW,
    givenUp: { ...position, startedAt: NOW, isRunning: true, batchSize },
    held: 1_000_000,
  };
  return { usual, full };
}

it.each([
  ['as it usually is, fits the one write unit of a gate', 'usual', 1, 1],
  ['with everything in it that ticks remember, fits two', 'full', 5, 2],
] as const)('the control item, %s', (_, memory, tables, units) => {
  const period = { table: 'mq13l0ec25f9v23', since: NOW, title: 'Payments', base: 'pt0cgvxtnwmez2e' };
  const { values } = finishUpdate({
    owner: 'd65ec1b0-3e9f-4f5c-9c5c-1c9c5c1c9c5c',
    now: NOW,
    nextAllowedAt: NOW,
    intervalSeconds: 20,
    pending: 1_000_000,
    unreported: memory === 'usual' ? 0 : 3,
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
    memory: memories()[memory],
    watched: Array.from({ length: tables }, () => period),
    source: '0123456789abcdef',
    empty: false,
  });
  const item = Object.fromEntries(Object.entries(values).map(([name, value]) => [name.slice(1), value]));

  const bytes = itemBytes({ ...item, ...CONTROL_KEY, layout: LAYOUT_VERSION, blockedUntil: NOW });

  expect(bytes).toBeLessThanOrEqual(1024 * units);
});

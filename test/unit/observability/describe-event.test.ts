import { expect, test } from 'vitest';
import { consoleObserver } from '../../../lambda/observability/console-observer.ts';
import { describeEvent } from '../../../lambda/observability/describe-event.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { combineObservers } from '../../../lambda/tracker/events.ts';
import { failed, finished, PAYMENT, response, SLOT } from './events.ts';

const LINES: readonly (readonly [line: string, event: TrackerEvent])[] = [
  ['🚀 Payment tracker: started (interval: 20s)', { type: 'tracker.started', intervalSeconds: 20 }],
  ['📍 Tracking payment for user 12345 (record: 42)', { type: 'payment.tracked', payment: PAYMENT }],
  [
    '🔕 Stopped tracking payment for user 12345 (record: 42)',
    { type: 'payment.untracked', payment: PAYMENT },
  ],
  ['📍 Registered 45 users for payment tracking', { type: 'payments.registered', payments: 45, users: 45 }],
  [
    '📍 Registered 1 user (2 payments) for payment tracking',
    { type: 'payments.registered', payments: 2, users: 1 },
  ],
  [
    '🔍 Payment tracker: Checking 45 payment records...',
    { type: 'tick.started', pending: 45, users: 45, audit: false },
  ],
  [
    '🔍 Payment tracker: Checking 45 payment records (audit: do they still exist?)...',
    { type: 'tick.started', pending: 45, users: 45, audit: true },
  ],
  [
    '📡 NocoDB request: GET /api/v2/tables/m1/records (45 record ids; where=(Id,in,1,2…)&limit=1000)',
    {
      type: 'nocodb.request',
      method: 'GET',
      endpoint: '/api/v2/tables/m1/records',
      params: 'where=(Id,in,1,2…)&limit=1000',
      recordIds: 45,
    },
  ],
  [
    '📡 NocoDB request: GET /api/v2/meta/tables/m1',
    {
      type: 'nocodb.request',
      method: 'GET',
      endpoint: '/api/v2/meta/tables/m1',
      params: '',
      recordIds: 0,
    },
  ],
  ['📥 NocoDB response: status 200 in 0.12s, 345 bytes, 8 records (in total ✅ 12 ❌ 2 🚫 1)', response()],
  [
    '❌ NocoDB response: no answer in 5.00s, 0 bytes, 0 records (in total ✅ 12 ❌ 2 🚫 1)',
    response({ outcome: 'failed', status: 0, milliseconds: 5000, bytes: 0, records: 0 }),
  ],
  [
    '🚫 NocoDB response: status 429 in 0.01s, 52 bytes, 0 records (in total ✅ 12 ❌ 2 🚫 1)',
    response({ outcome: 'rateLimited', status: 429, milliseconds: 9, bytes: 52, records: 0 }),
  ],
  [
    "🕰️ NocoDB: its clock is 120 s ahead of the tracker's; the tracker asks for changes by NocoDB's clock",
    { type: 'nocodb.clockSkew', milliseconds: 120_400 },
  ],
  [
    "🕰️ NocoDB: its clock is 3600 s behind the tracker's; the tracker asks for changes by NocoDB's clock",
    { type: 'nocodb.clockSkew', milliseconds: -3_600_000 },
  ],
  [
    '💰 Payment confirmed for user 12345 (record: 42)',
    { type: 'payment.confirmed', payment: PAYMENT, paidAt: SLOT, by: 'tick' },
  ],
  [
    '💰 Payment confirmed for user 12345 (record: 42), by webhook',
    { type: 'payment.confirmed', payment: PAYMENT, paidAt: SLOT, by: 'webhook' },
  ],
  [
    '👻 Payment missing for user 12345 (record: 42): NocoDB has no such record; the tracker asks for it once an hour',
    { type: 'payment.missing', payment: PAYMENT },
  ],
  [
    '🧪 Payment invalid for user 12345 (record: 42): NocoDB refuses the record id (not a number); the tracker asks for it once an hour',
    { type: 'payment.invalid', payment: PAYMENT, reason: 'not a number' },
  ],
  [
    '🌱 Payment pending again for user 12345 (record: 42): its record exists',
    { type: 'payment.revived', payment: PAYMENT },
  ],
  [
    '🧭 Payment tracker: the gate had a value that no tick writes (nextAllowedAt = 4e12, blockedUntil = x), and was passed; a clock was wrong, or somebody wrote the control item',
    { type: 'gate.passedOver', nextAllowedAt: '4e12', blockedUntil: 'x' },
  ],
  [
    '✅ Payment tracker: 0/0 paid, 7 pending, 7 held, because they were tracked for another table. Next update at 12:00:40 UTC',
    finished({ checked: 0, confirmed: 0, pending: 7, held: 7 }),
  ],
  [
    '❌ Payment tracker: tick failed, SourceChanged: no answer (before that: 0/0 paid, 7 pending, 7 held, because they were tracked for another table)',
    failed({ kind: 'SourceChanged', checked: 0, confirmed: 0, pending: 7, held: 7 }),
  ],
  [
    '🚨 Payment not confirmed for user 12345 (record: 42): the record is paid, but its owner is 999',
    { type: 'payment.ownerMismatch', payment: PAYMENT, owner: '999' },
  ],
  [
    '🚨 Payment not confirmed for user 12345 (record: 42): the record is paid, but its owner is empty',
    { type: 'payment.ownerMismatch', payment: PAYMENT, owner: null },
  ],
  [
    '🪝 Webhook: NocoDB reported 1 paid record, 2 payments confirmed',
    { type: 'webhook.handled', records: 1, confirmed: 2, ownerMismatches: 0, milliseconds: 12 },
  ],
  [
    '🚪 Webhook: refused a request with 401: the secret is missing or wrong',
    { type: 'webhook.refused', status: 401, reason: 'the secret is missing or wrong' },
  ],
  [
    '⏭️ Payment tracker: this slot already has its tick, the next tick may start at 12:00:40 UTC',
    { type: 'tick.skipped', reason: 'held', until: SLOT },
  ],
  [
    '🚫 Payment tracker: NocoDB refuses requests, none is sent before 12:00:40 UTC',
    { type: 'tick.skipped', reason: 'blocked', until: SLOT },
  ],
  [
    '🐢 Payment tracker: a tick took longer than its lease (owner: tick-1); its confirmations are kept, but its totals are not counted',
    { type: 'tick.leaseLost', owner: 'tick-1' },
  ],
  ['✅ Payment tracker: 8/45 paid, 37 pending. Next update at 12:00:40 UTC', finished()],
  [
    '✅ Payment tracker: 8/45 paid, 30 pending, 1 missing, 2 invalid, 3 paid by another owner, 4 not asked for yet, 5 not written yet. Next update at 12:00:40 UTC',
    finished({ pending: 30, missing: 1, invalid: 2, ownerMismatches: 3, unanswered: 4, unfinished: 5 }),
  ],
  [
    '✅ Payment tracker: nothing pending. Next update at 12:00:40 UTC',
    finished({ checked: 0, confirmed: 0, pending: 0 }),
  ],
  [
    '💤 Payment tracker: nothing pending, resting until a payment is tracked',
    finished({ checked: 0, confirmed: 0, pending: 0, resting: true }),
  ],
  ['❌ Payment tracker: tick failed, Timeout: no answer (before that: 8/45 paid, 37 pending)', failed()],
  [
    '❌ Payment tracker: tick failed, Unexpected: out of luck',
    failed({ kind: 'Unexpected', error: 'out of luck', checked: 0, confirmed: 0, pending: 0 }),
  ],
  [
    '🚫 Payment tracker: rate limited by NocoDB until 12:00:40 UTC: no answer (before that: 8/45 paid, 37 pending)',
    failed({ kind: 'RateLimited', blockedUntil: SLOT }),
  ],
];

test.for(LINES)('%s', ([line, event]) => {
  expect(describeEvent(event)).toBe(line);
});

test('a tick that has nothing to check is not announced', () => {
  expect(describeEvent({ type: 'tick.started', pending: 0, users: 0, audit: false })).toBeUndefined();
});

test('the console observer prints the lines, and only lines', () => {
  const printed: string[] = [];
  const observe = consoleObserver((line) => printed.push(line));

  observe({ type: 'payment.tracked', payment: PAYMENT });
  observe({ type: 'tick.started', pending: 0, users: 0, audit: false });

  expect(printed).toEqual(['📍 Tracking payment for user 12345 (record: 42)']);
});

test('combined observers are called one after the other', () => {
  const called: string[] = [];
  const observe = combineObservers(
    ({ type }) => called.push(`first ${type}`),
    ({ type }) => called.push(`second ${type}`),
  );

  observe({ type: 'payment.missing', payment: PAYMENT });

  expect(called).toEqual(['first payment.missing', 'second payment.missing']);
});

import { expect, test } from 'vitest';
import { FakeNocoDb } from './support/fake-nocodb.ts';
import { FakePayments, QUIET_STATS } from './support/fake-payments.ts';
import { run } from './support/run.ts';

/** The lines of the doctor about a quota of 100,000 requests, and what follows them. */
async function examine(requests: { readonly thisMonth: number; readonly perMonth: number | null }) {
  const nocodb = await FakeNocoDb.start();
  const payments = new FakePayments();
  payments.stats = [{ ...QUIET_STATS, requests: { ...QUIET_STATS.requests, ...requests } }];
  const context = { ...nocodb.access(), payments: async () => payments, monthlyQuota: () => 100_000 };
  const { exitCode, out } = await run(['doctor'], context);
  return { exitCode, lines: out.slice(out.indexOf('Payments')).trimEnd().split('\n').slice(1) };
}

test('a quota of which less than 80 % is needed and used is well', async () => {
  const { exitCode, lines } = await examine({ thisMonth: 79_999, perMonth: 79_999 });

  expect(exitCode).toBe(0);
  expect(lines).toEqual(['✔ Quota       79,999 of 100,000 requests this month, by ticks']);
});

test('from 80 % on, the doctor warns of what is used and of what the interval needs', async () => {
  const { lines } = await examine({ thisMonth: 80_000, perMonth: 133_920 });

  expect(lines).toEqual([
    '! Quota       80,000 of 100,000 requests this month, by ticks',
    expect.stringContaining('→ Set INTERVAL_SECONDS=webhook, '),
    '! Quota       a whole month of waiting payments needs about 133,920 of 100,000 requests',
    expect.stringContaining('→ Set INTERVAL_SECONDS=webhook, '),
  ]);
});

test('before the first tick nobody knows what the interval needs', async () => {
  const { lines } = await examine({ thisMonth: 0, perMonth: null });

  expect(lines).toEqual(['✔ Quota       0 of 100,000 requests this month, by ticks']);
});

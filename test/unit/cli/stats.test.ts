import { expect, test } from 'vitest';
import { TokenRejectedError } from '../../../lambda/tracker/errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { FakePayments, QUIET_STATS } from './support/fake-payments.ts';
import { MemoryTerminal, run } from './support/run.ts';

const BUSY_STATS = {
  ...QUIET_STATS,
  trackedUsers: 1200,
  pending: 1234,
  totalUpdates: 4500,
  failures: 3,
  lastUpdate: { at: '2025-12-31T23:59:45.000Z', ago: '15s ago', ageSeconds: 15 },
  paymentsConfirmed: 88,
  requests: { total: 4600, ok: 4590, failed: 7, rateLimited: 3 },
  blockedUntil: '2026-01-01T00:00:30.000Z',
  lastError: { kind: 'RateLimited', message: 'slow down', at: '2026-01-01T00:00:00.000Z' },
};

/** A clock that presses Ctrl-C after a number of sleeps. */
class ClockUntilCtrlC extends FakeClock {
  readonly #interruption = new AbortController();
  #left: number;

  constructor(sleeps: number) {
    super();
    this.#left = sleeps;
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  override async sleep(milliseconds: number): Promise<void> {
    await super.sleep(milliseconds);
    this.#left -= 1;
    if (this.#left === 0) this.#interruption.abort();
  }
}

function prepare(...stats: FakePayments['stats']) {
  const fake = new FakePayments();
  fake.stats = stats;
  return async () => fake;
}

function watching(looks: number, stats: FakePayments['stats'], out = new MemoryTerminal()) {
  const clock = new ClockUntilCtrlC(looks);
  return { payments: prepare(...stats), clock, catchInterrupt: () => clock.signal, out };
}

test('stats tells freshness, pending, confirmed, requests, penalty and the last error', async () => {
  const { exitCode, out } = await run(['stats'], { payments: prepare(BUSY_STATS) });

  expect(exitCode).toBe(0);
  expect(out.split('\n')).toEqual([
    'Freshness   15s ago (a tick every 20 s)',
    'Pending     1,234 payments of 1,200 users',
    'Confirmed   88 payments',
    'Ticks       4,500 done, 3 failed',
    'Requests    4,600 to NocoDB: ✅ 4,590 ❌ 7 🚫 3',
    'Penalty     NocoDB limits the rate: nothing is sent for 30 s (until 2026-01-01T00:00:30.000Z)',
    'Last error  RateLimited at 2026-01-01T00:00:00.000Z: slow down',
    '',
  ]);
});

test('stats tells how many payments are held and given up, if any', async () => {
  const stats = { ...QUIET_STATS, held: 1200, missing: 2, invalid: 1 };

  const { out } = await run(['stats'], { payments: prepare(stats) });
  const watched = await run(['stats', '--watch'], watching(1, [stats]));

  expect(out).toContain(
    'Held        1,200 pending payments were tracked for another table: see accept-table\n',
  );
  expect(out).toContain('Given up    2 missing, 1 invalid (asked for once an hour)\n');
  expect(watched.out).toContain(' · 1,200 held · 3 given up · ');
});

test.for([
  [20, 40, false],
  [20, 41, true],
] as const)('with data of %d s, the age of a sweep of %d s is told: %s', async ([data, sweep, isTold]) => {
  const stats = {
    ...QUIET_STATS,
    lastUpdate: { at: '', ago: 'just now', ageSeconds: data },
    lastSweep: { at: '', ago: 'long ago', ageSeconds: sweep },
  };

  const { out } = await run(['stats'], { payments: prepare(stats) });
  const watched = await run(['stats', '--watch'], watching(1, [stats]));

  const told = 'Last sweep  long ago (it takes several ticks to ask for every payment)\n';
  expect(out.includes(told)).toBe(isTold);
  expect(watched.out.includes('updated just now · swept long ago · ')).toBe(isTold);
});

test('stats of a new tracker and of a resting one say so', async () => {
  const before = { ...QUIET_STATS, lastUpdate: null, updateIntervalSeconds: null, totalUpdates: 0 };
  const resting = { ...QUIET_STATS, resting: true };

  expect((await run(['stats'], { payments: prepare(before) })).out).toContain(
    'Freshness   no successful tick yet\n',
  );
  expect((await run(['stats'], { payments: prepare(resting) })).out).toContain(
    'Freshness   0s ago; resting until something is tracked (a tick every 20 s)\n',
  );
});

test.for([
  [40, '32'],
  [41, '33'],
  [180, '33'],
  [181, '31'],
] as const)('data of %d s at an interval of 20 s has the colour %s', async ([ageSeconds, code]) => {
  const stats = { ...QUIET_STATS, lastUpdate: { at: '', ago: 'some time ago', ageSeconds } };

  const { out } = await run(['stats'], {
    payments: prepare(stats),
    out: new MemoryTerminal({ colours: true }),
  });

  expect(out).toContain(`\x1b[${code}msome time ago`);
});

test('stats --json prints the stats as the client has them', async () => {
  const { json } = await run(['stats', '--json'], { payments: prepare(BUSY_STATS) });

  expect(json()).toEqual(BUSY_STATS);
});

test('stats --watch shows a view that changes, until Ctrl-C', async () => {
  const out = new MemoryTerminal({ interactive: true });
  const { exitCode } = await run(['stats', '--watch'], watching(2, [QUIET_STATS, BUSY_STATS], out));

  expect(exitCode).toBe(0);
  const [, first, second] = out.text.split('\r\x1b[0J');
  expect(first).toContain('📊 Payment tracker, 00:00:00 UTC');
  expect(first).toContain('0 payments of 0 users');
  expect(first?.endsWith('\x1b[7A')).toBe(true);
  expect(second).toContain('📊 Payment tracker, 00:00:02 UTC');
  expect(second).toContain('1,234 payments of 1,200 users');
});

test('no line of the view is wider than the terminal', async () => {
  const out = new MemoryTerminal({ interactive: true, colours: true, columns: 30 });
  await run(['stats', '--watch'], watching(1, [BUSY_STATS], out));

  const lines = out.text.split('\n').filter((line) => !line.includes('\x1b['));
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => line.length > 30)).toEqual([]);
});

test('stats --watch shows a look that failed, and goes on', async () => {
  const out = new MemoryTerminal({ interactive: true });
  const stats = [QUIET_STATS, new TokenRejectedError(DETAILS), BUSY_STATS];

  const { exitCode } = await run(['stats', '--watch'], watching(3, stats, out));

  expect(exitCode).toBe(0);
  const [, , second, third] = out.text.split('\r\x1b[0J');
  expect(second).toContain('0 payments of 0 users');
  expect(second).toContain('✖ fault. None.');
  expect(third).toContain('1,234 payments');
  expect(third).not.toContain('✖ fault');
});

test('stats --watch ends with the failure when the first look fails', async () => {
  const result = await run(['stats', '--watch'], watching(1, [new TokenRejectedError(DETAILS)]));

  expect(result).toMatchObject({ exitCode: 1, out: '' });
});

test('stats --watch writes a line for each look where nobody looks', async () => {
  const { out, err } = await run(
    ['stats', '--watch'],
    watching(3, [QUIET_STATS, new TokenRejectedError(DETAILS), BUSY_STATS]),
  );

  expect(out.split('\n')).toEqual([
    '2026-01-01T00:00:00.000Z  updated 0s ago · 0 pending · 0 confirmed · 1 request (0 failed, 0 rate-limited)',
    '2026-01-01T00:00:04.000Z  updated 15s ago · 1,234 pending · 88 confirmed · 4,600 requests (7 failed, 3 rate-limited) · blocked until 2026-01-01T00:00:30.000Z · last error RateLimited',
    '',
  ]);
  expect(err).toBe('list records [GET fake]: fault. None.\n');
});

test('stats --watch --json prints an object for each look', async () => {
  const { out } = await run(['stats', '--watch', '--json'], watching(2, [QUIET_STATS, BUSY_STATS]));

  const objects = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects).toEqual([QUIET_STATS, BUSY_STATS]);
});

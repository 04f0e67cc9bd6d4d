import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogObserver } from '../../../lambda/observability/log-observer.ts';
import { TimeoutError } from '../../../lambda/tracker/errors.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { failed, finished, PAYMENT, response, SLOT } from './events.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

beforeEach(() => {
  // Powertools then writes to the global console, which the test can spy on.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The JSON lines that the Powertools logger writes for an event. */
function log(event: TrackerEvent): { level: string; entry: Record<string, unknown>; text: string }[] {
  const lines: ReturnType<typeof log> = [];
  for (const level of LEVELS) {
    vi.spyOn(console, level).mockImplementation((text: string) => {
      lines.push({ level, entry: JSON.parse(text), text });
    });
  }
  createLogObserver(new Logger({ serviceName: 'payments', logLevel: 'DEBUG' }))(event);
  return lines;
}

test('logs the line for people with the fields of the event beside it', () => {
  const [line] = log(finished());

  expect(line?.entry).toMatchObject({
    level: 'INFO',
    service: 'payments',
    message: '✅ Payment tracker: 8/45 paid, 37 pending. Next update at 12:00:40 UTC',
    type: 'tick.finished',
    checked: 45,
    confirmed: 8,
    dataAgeSeconds: 20,
  });
});

test.for([
  ['error', failed()],
  ['error', { type: 'payment.ownerMismatch', payment: PAYMENT, owner: '999' }],
  ['warn', { type: 'payment.missing', payment: PAYMENT }],
  ['warn', { type: 'payment.invalid', payment: PAYMENT, reason: 'not a number' }],
  ['warn', { type: 'tick.leaseLost', owner: 'a' }],
  ['warn', { type: 'webhook.refused', status: 401, reason: 'the secret is missing or wrong' }],
  ['warn', { type: 'tick.skipped', reason: 'blocked', until: SLOT }],
  ['warn', response({ outcome: 'failed', status: 500 })],
  ['warn', response({ outcome: 'rateLimited', status: 429 })],
  ['info', response()],
  ['info', { type: 'nocodb.clockSkew', milliseconds: 120_000 }],
  ['info', { type: 'payment.confirmed', payment: PAYMENT, paidAt: SLOT, by: 'tick' }],
  ['debug', { type: 'tick.skipped', reason: 'held', until: SLOT }],
] as const satisfies readonly (readonly [string, TrackerEvent])[])(
  'level %s for $1.type',
  ([level, event]) => {
    expect(log(event).map((line) => line.level)).toEqual([level]);
  },
);

test('logs nothing for a tick that has nothing to check', () => {
  expect(log({ type: 'tick.started', pending: 0, users: 0, audit: false })).toEqual([]);
});

test('an error is logged with its kind, what to do, and its causes', () => {
  const socket = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const error = new TimeoutError({
    operation: 'list records',
    target: 'GET https://nocodb.example/api/v2/tables/m1/records',
    problem: 'no complete answer in 9.6 s',
    hint: 'Look at the load of NocoDB.',
    cause: new Error('fetch failed', { cause: socket }),
  });

  const [line] = log(failed({ error }));

  expect(line?.entry.error).toMatchObject({
    name: 'TimeoutError',
    kind: 'Timeout',
    operation: 'list records',
    target: 'GET https://nocodb.example/api/v2/tables/m1/records',
    hint: 'Look at the load of NocoDB.',
    message: expect.stringContaining('no complete answer in 9.6 s'),
    stack: expect.stringContaining('log-observer.test.ts'),
    cause: { message: 'fetch failed', cause: { message: 'socket hang up', code: 'ECONNRESET' } },
  });
});

test('what an error of an HTTP client carries beside its message never gets into the log', () => {
  const cause = Object.assign(new Error('refused'), { request: { headers: { 'xc-token': 'secret-token' } } });

  const [line] = log(failed({ error: new Error('tick failed', { cause }) }));

  expect(line?.text).toContain('refused');
  expect(line?.text).not.toContain('secret-token');
});

test('causes without end are cut', () => {
  const error = new Error('round');
  error.cause = error;

  const [line] = log(failed({ error }));

  expect(line?.text.match(/"message": ?"round"/g)).toHaveLength(4);
});

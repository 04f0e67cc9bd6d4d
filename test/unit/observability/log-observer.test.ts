import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogObserver } from '../../../lambda/observability/log-observer.ts';
import { createLogger } from '../../../lambda/observability/logger.ts';
import { TimeoutError } from '../../../lambda/tracker/errors.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { failed, finished, PAYMENT, response, SLOT } from './events.ts';

const CONTEXT = {
  functionName: 'tick',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:tick',
  awsRequestId: 'd65ec1b0-3e9f-4f5c-9c5c-1c9c5c1c9c5c',
} as Context;

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
  const logger = createLogger('payments');
  logger.setLogLevel('DEBUG');
  logger.addContext(CONTEXT);
  createLogObserver(logger)(event);
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

test('names the call, and leaves out what is the same in every line of the log, what is 0 and what is false', () => {
  const [line] = log(finished());

  expect(Object.keys(line?.entry ?? {})).toEqual([
    'level',
    'message',
    'timestamp',
    'service',
    'function_request_id',
    'checked',
    'confirmed',
    'pending',
    'usersUpdated',
    'requests',
    'milliseconds',
    'dataAgeSeconds',
    'type',
    'nextUpdateAt',
  ]);
});

test('a request and its response have the fields of the log queries beside the line for people', () => {
  const request = {
    type: 'nocodb.request',
    method: 'GET',
    endpoint: '/api/v2/tables/m1/records',
    recordIds: 45,
    params: 'limit=45',
  } as const;

  const [asked] = log(request);
  const [answered] = log(response());

  expect(asked?.entry.message).toMatch(/GET \/api\/v2\/tables\/m1\/records \(45 record ids; limit=45\)/);
  expect(asked?.entry).toMatchObject({ type: 'nocodb.request', recordIds: 45 });
  expect(asked?.entry).not.toHaveProperty('params');
  expect(answered?.entry).toMatchObject({
    type: 'nocodb.response',
    outcome: 'ok',
    status: 200,
    milliseconds: 123,
    bytes: 345,
    records: 8,
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

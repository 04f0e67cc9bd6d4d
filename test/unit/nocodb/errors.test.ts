import { describe, expect, it } from 'vitest';
import { readErrorResponse } from '../../../lambda/nocodb/error-response.ts';
import { toErrorFromExchange, toErrorFromResponse, toErrorFromText } from '../../../lambda/nocodb/errors.ts';
import { ExchangeError, type ExchangeErrorReason } from '../../../lambda/nocodb/exchange.ts';
import { QUOTA_PENALTY_MS } from '../../../lambda/nocodb/retry-after.ts';

const NAMES = { operation: 'list records', target: 'GET http://noco.example/api/v2/x' };
const NOW = Date.UTC(2026, 0, 1);

describe('the error of an exchange', () => {
  const of = (reason: ExchangeErrorReason, cause?: unknown) =>
    toErrorFromExchange(new ExchangeError(reason, { status: 0, bytes: 12 }, cause), 1234.4, NAMES);
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  it.each([
    ['timeout', undefined, 'Timeout', 'no complete answer within 1234 ms', 'busy with', true],
    [
      'reset',
      refused,
      'ConnectionFailed',
      'the connection was closed before an answer (ECONNREFUSED)',
      'restarts',
      true,
    ],
    ['unreachable', refused, 'ConnectionFailed', 'no connection (ECONNREFUSED)', 'NOCODB_API_URL', false],
    [
      'unreachable',
      new Error('no route'),
      'ConnectionFailed',
      'no connection (no route)',
      'NocoDB runs',
      false,
    ],
    ['unreachable', undefined, 'ConnectionFailed', 'no connection (no reason given)', 'NocoDB runs', false],
    [
      'tooLarge',
      undefined,
      'InvalidResponse',
      'the answer is larger than 16777216 bytes',
      'NOCODB_API_URL',
      false,
    ],
    [
      'broken',
      refused,
      'InvalidResponse',
      'the answer broke off after 12 bytes (ECONNREFUSED)',
      'http or https',
      true,
    ],
    [
      'broken',
      new Error('bad'),
      'InvalidResponse',
      'the answer broke off after 12 bytes (bad)',
      'http or https',
      true,
    ],
  ] as const)('%s (%s) is %s: %s', (reason, cause, kind, problem, hint, smallerMayPass) => {
    const error = of(reason, cause);

    expect(error).toMatchObject({
      ...NAMES,
      kind,
      problem,
      smallerMayPass,
      hint: expect.stringContaining(hint),
    });
    expect(error.cause).toBe(reason === 'tooLarge' ? undefined : cause);
  });
});

describe('the error of a text that is not JSON', () => {
  it.each([
    ['', 'nothing instead of JSON'],
    [' \n ', 'nothing instead of JSON'],
    ['<html>', 'HTML instead of JSON: <html>'],
    ['\n <html>', 'HTML instead of JSON: <html>'],
    ['a <b>', 'something else instead of JSON: a <b>'],
    ['x'.repeat(81), `something else instead of JSON: ${'x'.repeat(80)}…`],
  ])('%j', (body, words) => {
    const error = toErrorFromText(body, NAMES);

    expect(error).toMatchObject({
      ...NAMES,
      kind: 'InvalidResponse',
      problem: `the server answered ${words}`,
    });
    expect(error.hint).toMatch(/NOCODB_API_URL is the address of NocoDB, and what a proxy/);
  });
});

describe('the error of an error response', () => {
  const of = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    toErrorFromResponse(readErrorResponse(status, typeof body === 'string' ? body : JSON.stringify(body)), {
      names: NAMES,
      headers,
      now: NOW,
    });
  const OTHER = 'a proxy before it may have given it.';

  it.each([
    [401, {}, 'TokenRejected', 'Create an API token in NocoDB'],
    [403, {}, 'AccessDenied', 'at least the viewer role'],
    [413, {}, 'UrlTooLong', 'Raise the limit of NocoDB'],
    [404, { error: 'ERR_TABLE_NOT_FOUND' }, 'TableNotFound', 'Set NOCODB_TABLE_ID to'],
    [404, { error: 'ERR_TABLE_NOT_FOUND' }, 'TableNotFound', 'NOCODB_BASE_ID'],
    [
      404,
      { error: 'ERR_FIELD_NOT_FOUND' },
      'FieldNotFound',
      'NOCODB_PAID_FIELD and NOCODB_OWNER_FIELD to titles',
    ],
    [400, { error: 'ERR_DATABASE_OP_FAILED', code: '42883' }, 'FieldNotFound', 'has to name a checkbox'],
    [404, {}, 'EndpointNotFound', 'as in https://nocodb.example.com'],
    [400, {}, 'InvalidQuery', 'what is special about the record ids'],
    [500, {}, 'ServerFault', 'See the log of NocoDB'],
    [418, {}, 'InvalidResponse', 'what NocoDB or a proxy before it means'],
  ])('%i %j is %s, and says: %s', (status, body, kind, hint) => {
    const error = of(status, body);

    expect(error).toMatchObject({ ...NAMES, kind, hint: expect.stringContaining(hint) });
    expect(error.problem).toBe((error.cause as Error).message);
    expect(error.hint).not.toContain(OTHER);
  });

  it.each([
    [502, '<title>Bad Gateway</title>', true],
    [502, { msg: 'Bad Gateway' }, false],
    [502, '', false],
    [431, '<title>Header Fields Too Large</title>', false],
  ])('%i %j may be that of a proxy: %s', (status, body, isOfProxy) => {
    expect(of(status, body).hint.includes(OTHER)).toBe(isOfProxy);
  });

  it.each([
    [504, {}, true, false],
    [414, {}, true, false],
    [500, { error: 'ERR_INTERNAL_SERVER' }, false, true],
    [500, {}, false, false],
  ])(
    '%i %j: a smaller one may pass: %s, an id may be bad: %s',
    (status, body, smallerMayPass, idMayBeBad) => {
      expect(of(status, body)).toMatchObject({ smallerMayPass, idMayBeBad });
    },
  );

  it('of a rate limit says when the next request leaves', () => {
    const error = of(429, {}, { 'retry-after': '90' });

    expect(error).toMatchObject({ kind: 'RateLimited', retryAt: expect.any(Number) });
    const { retryAt } = error as unknown as { retryAt: number };
    expect(retryAt).toBeGreaterThanOrEqual(NOW + 90_000);
    expect(error.hint).toContain(`Nothing is sent before ${new Date(retryAt).toISOString()}`);
    expect(error.hint).toContain('make the interval longer');
  });

  it('of a quota that is used up says what helps, whatever the status', () => {
    const error = of(429, { error: 'ERR_PLAN_LIMIT_EXCEEDED' });

    const retryAt = NOW + QUOTA_PENALTY_MS;
    expect(error).toMatchObject({ kind: 'QuotaUsedUp', retryAt });
    expect(error.hint).toContain('INTERVAL_SECONDS=webhook for the next month');
    expect(error.hint).toContain(`again at ${new Date(retryAt).toISOString()}`);
  });

  it.each([
    [
      302,
      { location: 'https://noco.example/api/v2/x?token=1' },
      'https://noco.example/api/v2/x: set NOCODB_API_URL',
    ],
    [308, { location: '/login' }, 'http://noco.example/login: set'],
    [300, {}, 'another address: set'],
    [399, { location: 'http://[' }, 'another address: set'],
  ])('%i of a redirect to %j says where to: %s', (status, headers, words) => {
    const error = of(status, '', headers as Record<string, string>);

    expect(error.kind).toBe('EndpointNotFound');
    expect(error.hint).toContain(`It redirects to ${words}`);
  });
});

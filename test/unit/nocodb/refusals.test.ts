import { describe, expect, it } from 'vitest';
import type { RateLimitedError } from '../../../lambda/tracker/errors.ts';
import { failureOf, query, sourceFor, TOKEN } from './fixtures.ts';
import { json, type Step, startScriptedServer, text } from './scripted-server.ts';

const NGINX_502 = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Answers as NocoDB 0.301.3 gives them, or a proxy in front of it. */
const REFUSALS: [name: string, answer: Step, kind: string, words: string][] = [
  [
    'a bad token',
    json(401, { error: 'ERR_AUTHENTICATION_REQUIRED', message: 'Invalid token' }),
    'TokenRejected',
    'Invalid token',
  ],
  [
    'a token without access',
    json(403, { error: 'ERR_FORBIDDEN', message: 'Forbidden' }),
    'AccessDenied',
    'viewer role',
  ],
  [
    'a proxy that lets nobody in',
    text(403, '<title>Access denied</title>'),
    'AccessDenied',
    'a proxy before it',
  ],
  [
    'an unknown table',
    json(404, { error: 'ERR_TABLE_NOT_FOUND', message: "Table 'Payments' not found" }),
    'TableNotFound',
    'NOCODB_TABLE_ID',
  ],
  [
    'a deleted base',
    json(404, { error: 'ERR_BASE_NOT_FOUND', message: "Base 'p1' not found" }),
    'TableNotFound',
    "Base 'p1'",
  ],
  [
    'an unknown field in fields',
    json(404, { error: 'ERR_FIELD_NOT_FOUND', message: "Field 'Nope' not found" }),
    'FieldNotFound',
    "Field 'Nope'",
  ],
  [
    'an unknown field in where',
    json(422, { msg: "Column alias 'Nope' not found." }),
    'FieldNotFound',
    "Column alias 'Nope'",
  ],
  [
    'a field of another type',
    json(422, {
      error: 'ERR_FILTER_VERIFICATION_FAILED',
      message: 'Filter verification failed: Operation in is not supported for type Checkbox',
    }),
    'FieldNotFound',
    'NOCODB_PAID_VALUES',
  ],
  [
    'an unknown path',
    json(404, { msg: 'Cannot GET /x/api/v2/tables/m1/records?where=(Id,in,1)' }),
    'EndpointNotFound',
    'NOCODB_API_URL',
  ],
  ['another server', text(404, '<h1>Not Found</h1>'), 'EndpointNotFound', '404'],
  ['a method that is not allowed', text(405, ''), 'EndpointNotFound', '405'],
  ['a redirect', text(301, '', { location: '/dashboard/' }), 'EndpointNotFound', '/dashboard/'],
  [
    'a redirect to https',
    text(308, '', { location: 'https://noco.example/api/v2?a=b' }),
    'EndpointNotFound',
    'https://noco.example/api/v2:',
  ],
  [
    'a bad id on PostgreSQL',
    json(400, {
      error: 'ERR_DATABASE_OP_FAILED',
      message: "Invalid value 'rec_abc' for type 'integer'",
      code: '22P02',
    }),
    'InvalidQuery',
    "Invalid value 'rec_abc'",
  ],
  [
    'a filter it cannot read',
    json(422, { msg: 'Invalid filter format.' }),
    'InvalidQuery',
    'Invalid filter format',
  ],
  [
    'a key it cannot read',
    json(422, { error: 'ERR_INVALID_PK_VALUE', message: 'Primary key value' }),
    'InvalidQuery',
    'Primary key',
  ],
  ['a URL too long for the server', (response) => response.writeHead(431).end(), 'UrlTooLong', '431'],
  [
    'a URL too long for a proxy',
    text(414, '<title>414 Request-URI Too Large</title>'),
    'UrlTooLong',
    'Request-URI',
  ],
  [
    'a body too large for a proxy',
    text(413, '<title>413 Request Entity Too Large</title>'),
    'UrlTooLong',
    '413',
  ],
  [
    'headers too large for nginx',
    text(400, '<title>400 Request Header Or Cookie Too Large</title>'),
    'UrlTooLong',
    'Too Large',
  ],
  ['a status nobody expects', text(418, "I'm a teapot"), 'InvalidResponse', '418'],
];

/** Answers that may be different the next time. */
const PASSING: [name: string, answer: Step][] = [
  ['500 with a stack', json(500, { msg: 'went wrong', innerError: { stack: 'at x' } })],
  ['502 from a proxy', text(502, NGINX_502)],
  ['503 without a body', text(503, '')],
  ['408', json(408, { error: 'ERR_EXTERNAL_DATA_SOURCE_TIMEOUT', message: 'slow' })],
  ['an unreachable database', json(400, { error: 'ERR_IN_EXTERNAL_DATA_SOURCE', message: 'Error' })],
  [
    'a locked database',
    json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'locked', code: 'SQLITE_BUSY' }),
  ],
  [
    'too many connections',
    json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Too many', code: '53300' }),
  ],
];

describe('a refused list', () => {
  it.each(REFUSALS)('for %s is not repeated and says what to do', async (_name, answer, kind, words) => {
    // Prepare
    const server = await startScriptedServer(answer);
    const { source, within, events } = sourceFor(server.url);

    // Act
    const error = await failureOf(source.list(query(['1']), within()));

    // Assess
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
    expect(error.message).toContain(
      `list records [GET ${server.url}/api/v2/tables/mpayments000001/records]: `,
    );
    expect(error.message).not.toContain('where=');
    expect(error.wayOut).not.toBe('');
    expect(server.requests).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'nocodb.response', outcome: 'failed', records: 0 });
  });

  it.each(PASSING)('for %s is repeated twice', async (_name, answer) => {
    const server = await startScriptedServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('ServerFault');
    expect(server.requests).toHaveLength(3);
  });

  it('never shows the token, even when the server echoes it', async () => {
    const echo: Step = (response, request) => {
      response.writeHead(403).end(JSON.stringify({ msg: `got ${request.headers['xc-token']}` }));
    };
    const server = await startScriptedServer(echo);
    const { source, within, events } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.message).toContain('got [token]');
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });
});

describe('a 429', () => {
  it.each<[string, Record<string, string>, number]>([
    ['without Retry-After', {}, 30_000],
    ['with Retry-After', { 'retry-after': '90' }, 90_000],
    ['with a named Retry-After', { 'retry-after-user': '45' }, 45_000],
  ])('%s ends the call at once and says when the penalty is over', async (_name, headers, penalty) => {
    const server = await startScriptedServer(json(429, 'ThrottlerException: Too Many Requests', headers));
    const { source, within, events, clock } = sourceFor(server.url);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('RateLimited');
    expect((error as RateLimitedError).retryAt).toBe(clock.now() + penalty);
    expect(error.message).toContain('ThrottlerException');
    expect(server.requests).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: 'rateLimited', status: 429 });
  });
});

describe('a refused bulk list', () => {
  const unsupported: [string, Step][] = [
    ['an unknown path', json(404, { msg: 'Cannot POST /api/v2/tables/m1/bulk/datalist' })],
    ['a proxy that knows no such path', text(404, '<h1>Not Found</h1>')],
    ['a method that is not allowed', text(405, '')],
    ['something not implemented', text(501, '')],
    ['a body it does not know', json(400, { msg: 'Invalid bulkFilterList' })],
    ['a proxy that wants no body', text(400, '<h1>Bad Request</h1>')],
  ];

  it.each(unsupported)('for %s means that the server has none', async (_name, answer) => {
    const server = await startScriptedServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind).toBe('BulkListUnsupported');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['an unknown table', json(404, { error: 'ERR_TABLE_NOT_FOUND', message: 'Table' }), 'TableNotFound'],
    ['an unknown field', json(404, { error: 'ERR_FIELD_NOT_FOUND', message: 'Field' }), 'FieldNotFound'],
    [
      'a bad id',
      json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Invalid value', code: '22P02' }),
      'InvalidQuery',
    ],
    ['a bad token', json(401, {}), 'TokenRejected'],
    ['a body too large', text(413, ''), 'UrlTooLong'],
  ])('for %s keeps its meaning', async (_name, answer, kind) => {
    const server = await startScriptedServer(answer);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind).toBe(kind);
  });
});

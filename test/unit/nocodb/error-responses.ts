import { type Answer, json, text } from '../../support/http-server.ts';

const NGINX_502 = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

/** Error responses of NocoDB 0.301.3 or of a proxy in front of it. */
export const ERROR_RESPONSES: [name: string, answer: Answer, kind: string, words: string][] = [
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
    'a quota that is used up',
    json(403, {
      error: 'ERR_PLAN_LIMIT_EXCEEDED',
      message: 'You have reached the limit of 1000 API calls for your plan.',
      details: { plan: 'Free', limit: 1000, current: 1000, higherPlan: 'Plus' },
    }),
    'QuotaUsedUp',
    'INTERVAL_SECONDS=webhook',
  ],
  [
    'a quota that a later version answers like a rate limit',
    json(429, { error: 'ERR_PLAN_LIMIT_EXCEEDED', message: 'Plan limit exceeded' }, { 'retry-after': '30' }),
    'QuotaUsedUp',
    'once an hour',
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
    'an id too large for PostgreSQL',
    json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Invalid data type or value', code: '22003' }),
    'InvalidQuery',
    '400 ERR_DATABASE_OP_FAILED 22003: Invalid data type',
  ],
  [
    'a bad id on an older version',
    json(400, { error: 'DATABASE_ERROR', message: "Invalid value 'x'", code: '22P02' }),
    'InvalidQuery',
    "Invalid value 'x'",
  ],
  [
    'a bad id on MySQL',
    json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Invalid', code: 'ER_TRUNCATED_WRONG_VALUE' }),
    'InvalidQuery',
    'ER_TRUNCATED_WRONG_VALUE',
  ],
  [
    'a text field that is asked whether it is checked, on PostgreSQL',
    json(400, { error: 'ERR_DATABASE_OP_FAILED', code: '42883' }),
    'FieldNotFound',
    'has to name a checkbox',
  ],
  [
    'a column that somebody dropped',
    json(400, {
      error: 'ERR_DATABASE_OP_FAILED',
      message: "The column 'paid' does not exist.",
      code: '42703',
    }),
    'FieldNotFound',
    "The column 'paid'",
  ],
  [
    'a table that somebody dropped',
    json(400, {
      error: 'ERR_DATABASE_OP_FAILED',
      message: "The table 't' does not exist.",
      code: 'SQLITE_ERROR',
    }),
    'TableNotFound',
    "The table 't'",
  ],
  [
    'an unknown table on an older version',
    json(404, { error: 'TABLE_NOT_FOUND', message: "Table 'x' not found" }),
    'TableNotFound',
    "Table 'x'",
  ],
  [
    'another framework that has no such path',
    json(404, { error: 'Not Found', message: 'no route', statusCode: 404 }),
    'EndpointNotFound',
    'no route',
  ],
  [
    'a proxy that finds the request bad',
    text(400, '<title>Blocked</title>'),
    'InvalidResponse',
    'a proxy before it',
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
  ['a URL too long for the server', (response) => void response.writeHead(431).end(), 'UrlTooLong', '431'],
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

/** Error responses that say that a server waited too long. */
export const TIMEOUTS: [name: string, answer: Answer][] = [
  ['408', json(408, { error: 'ERR_EXTERNAL_DATA_SOURCE_TIMEOUT', message: 'slow' })],
  ['504 from a proxy', text(504, '<title>504 Gateway Time-out</title>')],
];

/** Error responses after which a repeat may succeed. */
export const PASSING: [name: string, answer: Answer][] = [
  ['500 with a stack', json(500, { msg: 'went wrong', innerError: { stack: 'at x' } })],
  ['502 from a proxy', text(502, NGINX_502)],
  ['503 without a body', text(503, '')],
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

import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PageQuery, PageView, PaymentPageBackend } from '../../../infra/local/page/page-backend.ts';
import { type PageServer, startPageServer } from '../../../infra/local/page/page-server.ts';

const VIEW: PageView = {
  intervalSeconds: 20,
  webhook: false,
  payments: [],
  found: 0,
  total: 0,
  first: 1,
  page: 1,
  pages: 1,
  dataAgeSeconds: 3,
  resting: true,
  ticks: [],
  waitingUsers: 0,
  requestsPerMinute: { tracker: 3, polling: 0 },
};

let paid: boolean;
let tracked: string[];
let queries: PageQuery[];
let created: number;
let errors: unknown[];
let page: PageServer;

const backend: PaymentPageBackend = {
  view: async (query) => {
    queries.push(query);
    return VIEW;
  },
  track: async (recordId) => {
    if (recordId !== '1') return false;
    tracked.push(recordId);
    return true;
  },
  setPaid: async (recordId, value) => {
    if (recordId !== '1') return false;
    paid = value;
    return true;
  },
  create: async () => {
    if (created === 1) throw new Error('the bot fell over');
    created++;
    return '2';
  },
};

beforeEach(async () => {
  paid = false;
  tracked = [];
  queries = [];
  created = 0;
  errors = [];
  page = await startPageServer({ backend, onError: (error) => errors.push(error) });
});
afterEach(() => page.close());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request as a browser or an attacker sends it; `fetch` would not let us choose the host. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, page.url), { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function fromThePage(): Record<string, string> {
  return { origin: new URL(page.url).origin, 'content-type': 'application/json' };
}

test('the page, its style and its scripts are served, and nothing else of the folder', async () => {
  const types = await Promise.all(
    ['/', '/page.css', '/page.js', '/payments.js', '/page-server.ts', '/index.html'].map(async (path) => {
      const { status, headers } = await send('GET', path);
      return [status, headers['content-type']];
    }),
  );

  expect(types).toEqual([
    [200, 'text/html; charset=utf-8'],
    [200, 'text/css; charset=utf-8'],
    [200, 'text/javascript; charset=utf-8'],
    [200, 'text/javascript; charset=utf-8'],
    [404, 'application/json'],
    [404, 'application/json'],
  ]);
});

test.each([
  ['', { search: '', page: 1 }],
  ['?search=Caf%C3%A9%20%26%20Co&page=3', { search: 'Café & Co', page: 3 }],
  ['?page=last', { search: '', page: 1 }],
])('the view of %j is that of the query', async (text, query) => {
  const { body } = await send('GET', `/api/payments${text}`);

  expect(JSON.parse(body)).toEqual(VIEW);
  expect(queries).toEqual([query]);
});

test('the page ticks a box', async () => {
  const { status } = await send('PUT', '/api/payments/1/paid', fromThePage(), 'true');

  expect(status).toBe(200);
  expect(paid).toBe(true);
});

test('the page has a payment tracked', async () => {
  expect((await send('POST', '/api/payments/1/track', fromThePage(), '{}')).status).toBe(200);
  expect((await send('POST', '/api/payments/9/track', fromThePage(), '{}')).status).toBe(404);

  expect(tracked).toEqual(['1']);
});

test('the page has a payment created', async () => {
  const { status, body } = await send('POST', '/api/payments', fromThePage(), '{}');

  expect(status).toBe(201);
  expect(JSON.parse(body)).toEqual({ recordId: '2' });
});

test.each(['"yes"', 'tru', '', '1', ' '.repeat(5000)])('the body %j ticks nothing', async (body) => {
  const { status } = await send('PUT', '/api/payments/1/paid', fromThePage(), body);

  expect(status).toBe(400);
  expect(paid).toBe(false);
});

test('a record that is not there is a 404', async () => {
  expect((await send('PUT', '/api/payments/9/paid', fromThePage(), 'true')).status).toBe(404);
});

test.each([
  ['another web site', { origin: 'https://evil.example', 'content-type': 'application/json' }],
  ['a page without an origin', { 'content-type': 'application/json' }],
  ['a sandboxed frame', { origin: 'null', 'content-type': 'application/json' }],
])('%s cannot tick a box', async (_who, headers) => {
  const { status } = await send('PUT', '/api/payments/1/paid', headers, 'true');

  expect(status).toBe(403);
  expect(paid).toBe(false);
});

test('a form, which needs no permission to be sent anywhere, cannot create a payment', async () => {
  const headers = { ...fromThePage(), 'content-type': 'text/plain' };

  expect((await send('POST', '/api/payments', headers, '{}')).status).toBe(403);
  expect(created).toBe(0);
});

test('a foreign name that points at the loopback reads nothing', async () => {
  const port = new URL(page.url).port;

  expect((await send('GET', '/api/payments', { host: `evil.example:${port}` })).status).toBe(403);
  expect((await send('GET', '/api/payments', { host: `localhost:${port}` })).status).toBe(200);
});

test('a failure is told to the operator and to the page', async () => {
  await send('POST', '/api/payments', fromThePage(), '{}');

  const { status, body } = await send('POST', '/api/payments', fromThePage(), '{}');

  expect(status).toBe(500);
  expect(JSON.parse(body)).toEqual({ error: 'the bot fell over' });
  expect(errors).toEqual([new Error('the bot fell over')]);
});

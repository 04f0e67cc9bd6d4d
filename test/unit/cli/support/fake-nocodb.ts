import type { ServerResponse } from 'node:http';
import { type NocoDbAccessOptions, openNocoDb } from '../../../../infra/cli/nocodb/nocodb-access.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { type ReceivedRequest, startHttpServer } from '../../../support/http-server.ts';
import { FakePayments } from './fake-payments.ts';

const TOKEN = 'right-token';
const TABLE = 'mpayments0000001';

/** An answer, as NocoDB 0.301.3 gives it. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Hook {
  readonly id: string;
  readonly filters: unknown[];
  definition: Record<string, unknown>;
}

/** The part of NocoDB's API that the command line uses, with one table. What it answers was measured on 0.301.3. */
export class FakeNocoDb {
  readonly requests: readonly ReceivedRequest[];
  readonly hooks: Hook[] = [];
  readonly url: string;
  /** `METHOD path` of requests that are answered otherwise. */
  readonly overrides = new Map<string, Answer>();
  columns = [
    { id: 'cid00000000000001', title: 'Id', uidt: 'ID', pk: 1 },
    { id: 'cpaid000000000001', title: 'Paid', uidt: 'Checkbox', pk: 0 },
    { id: 'cuser000000000001', title: 'TG ID', uidt: 'SingleLineText', pk: 0 },
    {
      id: 'cstatus0000000001',
      title: 'Status',
      uidt: 'SingleSelect',
      pk: 0,
      colOptions: { options: [{ title: 'Pending' }, { title: 'Paid' }, { title: 'Succeeded' }] },
    },
    { id: 'ccreated000000001', title: 'CreatedAt', uidt: 'CreatedTime', pk: 0 },
    { id: 'cupdated000000001', title: 'UpdatedAt', uidt: 'LastModifiedTime', pk: 0 },
    { id: 'chidden0000000001', title: 'nc_order', uidt: 'Order', pk: 0 },
  ];

  /** Starts one on a free port; it ends with the test. */
  static async start(): Promise<FakeNocoDb> {
    let nocodb: FakeNocoDb | undefined;
    const server = await startHttpServer((response, request) => nocodb?.respond(response, request));
    nocodb = new FakeNocoDb(server.url, server.requests);
    return nocodb;
  }

  private constructor(url: string, requests: readonly ReceivedRequest[]) {
    this.url = url;
    this.requests = requests;
  }

  /** The access of a command, with these variables set or (`undefined`) removed. */
  access(variables: Readonly<Record<string, string | undefined>> = {}) {
    const clock = new FakeClock();
    const env = {
      NOCODB_API_URL: this.url,
      NOCODB_TABLE_ID: TABLE,
      NOCODB_API_TOKEN: TOKEN,
      ...variables,
    };
    const parts = { clock, random: () => 0 };
    return {
      clock,
      payments: async () => new FakePayments(),
      nocodb: (options?: Pick<NocoDbAccessOptions, 'examine'>) => openNocoDb(env, { ...parts, ...options }),
    };
  }

  respond(response: ServerResponse, request: ReceivedRequest): void {
    const answer = this.overrides.get(`${request.method} ${request.path}`) ?? this.#answer(request);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  #answer({ method, path, headers, body }: ReceivedRequest): Answer {
    if (path === '/api/v1/health') return ok({ message: 'OK' });
    const table = /\/tables\/([^/]+)/.exec(path)?.[1];
    if (table !== undefined && table !== TABLE)
      return refusal(404, 'ERR_TABLE_NOT_FOUND', `Table '${table}' not found`);
    if (headers['xc-token'] !== TOKEN) return refusal(401, 'ERR_AUTHENTICATION_REQUIRED', 'Invalid token');
    if (path.includes('/hooks')) return this.#answerHooks(method, path, body);
    const empty = { list: [], pageInfo: { isLastPage: true } };
    const routes: Record<string, unknown> = {
      'GET /api/v2/meta/bases': { list: [{ id: 'p1', title: 'Shop' }] },
      'GET /api/v2/meta/bases/p1/tables': { list: [{ id: TABLE, title: 'Payments' }] },
      [`GET /api/v2/meta/tables/${TABLE}`]: { base_id: 'p1', columns: this.columns },
      [`GET /api/v3/meta/bases/p1/tables/${TABLE}`]: {
        base_id: 'p1',
        fields: this.columns.map(({ id, title, uidt: type }) => ({ id, title, type })),
      },
      [`GET /api/v2/tables/${TABLE}/records`]: empty,
      [`POST /api/v2/tables/${TABLE}/bulk/datalist`]: { q0: empty },
    };
    const route = routes[`${method} ${path}`];
    return route === undefined ? { status: 404, body: { msg: `Cannot ${method} ${path}` } } : ok(route);
  }

  #answerHooks(method: string, path: string, body: unknown): Answer {
    const id = /\/hooks\/([^/]+)/.exec(path)?.[1];
    const hook = this.hooks.find((each) => each.id === id);
    if (id === undefined && method === 'GET') return ok({ list: this.hooks.map(show) });
    if (id === undefined) {
      const created = {
        id: `hk${this.hooks.length + 1}`,
        filters: [],
        definition: body as Hook['definition'],
      };
      this.hooks.push(created);
      return ok(show(created));
    }
    if (hook === undefined) return refusal(404, 'ERR_HOOK_NOT_FOUND', `Hook '${id}' not found`);
    if (path.endsWith('/filters')) {
      hook.filters.push(body);
      return ok({ id: 'fi1' });
    }
    if (method === 'DELETE') {
      this.hooks.splice(this.hooks.indexOf(hook), 1);
      return ok(true);
    }
    // A change is taken only as a whole.
    const { version, event, operation, title, notification } = body as Hook['definition'];
    if (version !== 'v3') return { status: 400, body: { msg: 'hook version is deprecated' } };
    if (!event || !operation || !title || !notification)
      return { status: 400, body: { msg: 'Invalid request body' } };
    hook.definition = body as Hook['definition'];
    return ok(show(hook));
  }
}

/** NocoDB keeps the notification as JSON in a text. */
function show({ id, definition }: Hook) {
  return { id, ...definition, notification: JSON.stringify(definition.notification) };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function refusal(status: number, error: string, message: string): Answer {
  return { status, body: { error, message } };
}

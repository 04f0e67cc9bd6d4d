import { randomBytes } from 'node:crypto';
import type { Fault } from './for-tests/faults.ts';
import { postgres } from './for-tests/postgres.ts';
import { createRateLimiter, type RateLimit } from './for-tests/rate-limiter.ts';
import type { Delivery } from './hooks.ts';
import { createHttpServer, type LoggedRequest } from './http-server.ts';
import { metaRoutes } from './meta-routes.ts';
import { recordRoutes } from './record-routes.ts';
import type { Column, ColumnDefinition } from './record-store.ts';
import { createRouter, type Route } from './router.ts';
import type { Row } from './sqlite.ts';
import { sqlite } from './sqlite.ts';
import { createDemoTable, type DemoTable } from './table.ts';

/** How the demo NocoDB is to behave. */
export interface DemoNocoDbOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /** The address to listen on. @default '127.0.0.1': this machine only */
  readonly host?: string;
  /** The database that NocoDB pretends to stand on. @default 'sqlite' */
  readonly dialect?: 'sqlite' | 'postgres';
  /** The most records in a page; a larger limit is cut without a word. @default 1000, as NocoDB's DB_QUERY_LIMIT_MAX */
  readonly pageCap?: number;
  /** Whether `bulk/datalist` is there. @default true */
  readonly bulkList?: boolean;
  /** @default none, as NocoDB 0.301.3 */
  readonly rateLimit?: RateLimit;
  /** @default a random one */
  readonly token?: string;
  /** Columns beside Id, CreatedAt and UpdatedAt. @default PAYMENT_COLUMNS */
  readonly columns?: readonly ColumnDefinition[];
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** A NocoDB in memory, with one table of payments, that answers what the tracker asks as NocoDB 0.301.3 does. */
export interface DemoNocoDb {
  /** Without a slash at the end; the same after `stop` and `start`. */
  readonly url: string;
  readonly token: string;
  /** A token that is known but has no right to the base. */
  readonly strangerToken: string;
  readonly baseId: string;
  readonly tableId: string;
  readonly columns: readonly Column[];
  /** The table's records, for whoever sits in front of the table. */
  readonly records: DemoRecords;
  /** The last requests, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** How many requests came in all. */
  readonly requestCount: number;
  /** What webhooks sent. */
  readonly deliveries: readonly Delivery[];
  /** Makes the next requests fail, one fault each, in this order. */
  failNext(...faults: Fault[]): void;
  /** Makes every answer wait, milliseconds; 0 ends it. */
  setLatency(milliseconds: number): void;
  /** Stops listening and breaks all connections; the records stay. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
  /** Stops for good, after the webhooks under way. */
  close(): Promise<void>;
}

/** Reads and changes records as a person with the table before them would; changes fire webhooks. */
export interface DemoRecords {
  all(): readonly Row[];
  /** @returns the new record's id */
  insert(values: Readonly<Record<string, unknown>>): number;
  /** @returns the new records' ids */
  insertMany(records: readonly Readonly<Record<string, unknown>>[]): number[];
  /** @returns false when there is no such record */
  update(id: number, values: Readonly<Record<string, unknown>>): boolean;
  /** Ticks or unticks `Paid`. @returns false when there is no such record */
  setPaid(id: number, paid: boolean): boolean;
  /** @returns false when there is no such record */
  remove(id: number): boolean;
}

/**
 * Starts a demo NocoDB, by default for this machine only.
 *
 * @throws {Error} when the port is taken
 * @example
 * const nocodb = await startDemoNocoDb();
 * const id = nocodb.records.insert({ Title: 'Order 17', 'TG ID': '12345' });
 * nocodb.records.setPaid(id, true);
 * await nocodb.close();
 */
export async function startDemoNocoDb(options: DemoNocoDbOptions = {}): Promise<DemoNocoDb> {
  const {
    port = 0,
    host = '127.0.0.1',
    pageCap = 1000,
    bulkList = true,
    rateLimit,
    now = Date.now,
  } = options;
  const { token = randomBytes(20).toString('hex') } = options;
  const strangerToken = randomBytes(20).toString('hex');
  const table = createDemoTable(options.dialect === 'postgres' ? postgres : sqlite, options.columns, now);
  const { baseId, tableId, columns, hooks } = table;

  const routes = [HEALTH, ...recordRoutes(table, { pageCap, bulkList }), ...metaRoutes(table)];
  const rateLimiter = rateLimit && createRateLimiter(rateLimit, now);
  const route = createRouter(routes, { baseId, tableId, token, strangerToken, rateLimiter });
  const server = createHttpServer(route, now, host);
  await server.listen(port);

  return {
    url: `http://127.0.0.1:${server.port}`,
    token,
    strangerToken,
    baseId,
    tableId,
    columns,
    records: recordsOf(table),
    requests: server.requests,
    get requestCount() {
      return server.requestCount;
    },
    deliveries: hooks.deliveries,
    failNext: (...faults) => server.failNext(faults),
    setLatency: (milliseconds) => server.setLatency(milliseconds),
    stop: () => server.close(),
    start: () => server.listen(server.port),
    async close() {
      await server.close();
      await hooks.settled();
    },
  };
}

/** Where watchers ask whether NocoDB is up. */
const HEALTH: Route = {
  method: 'GET',
  path: '/api/v1/health',
  isPublic: true,
  answer: () => ({ status: 200, body: { message: 'OK' } }),
};

function recordsOf({ store, insert, update }: DemoTable): DemoRecords {
  const change = (id: number, values: Readonly<Record<string, unknown>>) =>
    update([{ id, values }]).length > 0;
  return {
    all: store.all,
    insert: (values) => insert([values], false)[0] as number,
    insertMany: (records) => insert(records, true),
    update: change,
    setPaid: (id, paid) => change(id, { Paid: paid }),
    remove: store.remove,
  };
}

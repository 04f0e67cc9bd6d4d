import { randomBytes } from 'node:crypto';
import { createDemoTable, type DemoTable } from './demo-table.ts';
import type { Fault } from './for-tests/faults.ts';
import { postgres } from './for-tests/postgres.ts';
import { createQuota } from './for-tests/quota.ts';
import { createRateLimiter, type RateLimit } from './for-tests/rate-limiter.ts';
import type { Delivery } from './hooks/delivery.ts';
import { createHttpServer, type LoggedRequest } from './http/http-server.ts';
import { createRouter, ok, type Profile, type Route } from './http/router.ts';
import { metaRoutes } from './meta-routes.ts';
import { hookRoutesV3, metaRoutesV3 } from './meta-routes-v3.ts';
import { recordRoutes } from './record-routes.ts';
import { recordRoutesV3 } from './record-routes-v3.ts';
import type { Column, ColumnDefinition } from './table/columns.ts';
import type { Row } from './table/dialect.ts';
import { sqlite } from './table/sqlite.ts';

export interface DemoNocoDbOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /** The address to listen on. @default '127.0.0.1': this machine only */
  readonly host?: string;
  /** The database that the demo imitates. @default 'sqlite' */
  readonly dialect?: 'sqlite' | 'postgres';
  /** Largest page; a larger limit is reduced without an error. @default 1000, as NocoDB's DB_QUERY_LIMIT_MAX */
  readonly pageCap?: number;
  /** Whether `bulk/datalist` exists. @default true */
  readonly bulkList?: boolean;
  /** Which version of NocoDB the demo imitates. @default 'current': 0.301.3 */
  readonly profile?: Profile;
  /** @default none, as NocoDB 0.301.3 */
  readonly rateLimit?: RateLimit;
  /** API calls in a month, as NocoDB Cloud limits them. @default no limit */
  readonly monthlyQuota?: number;
  /** @default a random one */
  readonly token?: string;
  /** Columns without Id, CreatedAt and UpdatedAt, which are always there. @default PAYMENT_COLUMNS */
  readonly columns?: readonly ColumnDefinition[];
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** A NocoDB in memory with one table of payments. It answers the tracker's requests as NocoDB does. */
export interface DemoNocoDb {
  /** Without a slash at the end; the same after `stop` and `start`. */
  readonly url: string;
  readonly token: string;
  /** The token of a user who has no right to the base. */
  readonly strangerToken: string;
  readonly baseId: string;
  readonly tableId: string;
  readonly columns: readonly Column[];
  /** The table's records, as a person with the table open sees them. */
  readonly records: DemoRecords;
  /** The last requests, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** The number of all requests. */
  readonly requestCount: number;
  /** The events that webhooks sent. */
  readonly deliveries: readonly Delivery[];
  /** Makes the next requests fail with these faults, one for each request. */
  failNext(...faults: Fault[]): void;
  /** Delays every response, milliseconds; 0 ends the delay. */
  setLatency(milliseconds: number): void;
  /** Becomes the newer NocoDB, without API v2; the records remain. */
  upgrade(): void;
  /** Stops listening and closes all connections; the records remain. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
  /** Stops for good, after all webhooks are sent. */
  close(): Promise<void>;
}

/** Reads and changes records as a person with the table open does; changes fire webhooks. */
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
    profile = 'current',
    rateLimit,
    monthlyQuota,
    now = Date.now,
  } = options;
  const { token = randomBytes(20).toString('hex') } = options;
  const strangerToken = randomBytes(20).toString('hex');
  const table = createDemoTable(options.dialect === 'postgres' ? postgres : sqlite, options.columns, now);
  const { baseId, tableId, columns, hooks } = table;

  const v2 = [...recordRoutes(table, { pageCap, bulkList }), ...metaRoutes(table)];
  const v3 = [...recordRoutesV3(table, pageCap), ...metaRoutesV3(table)];
  const routes = { old: v2, current: [...v2, ...v3], newer: [...v3, ...hookRoutesV3(table)] };
  const rateLimiter = rateLimit && createRateLimiter(rateLimit, now);
  const quota = monthlyQuota === undefined ? undefined : createQuota(monthlyQuota, now);
  const routerOf = (name: Profile) =>
    createRouter([HEALTH, ...routes[name]], {
      ...{ baseId, tableId, token, strangerToken, rateLimiter, quota },
      profile: name,
    });
  let route = routerOf(profile);
  const server = createHttpServer((request) => route(request), now, host);
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
    upgrade() {
      route = routerOf('newer');
    },
    stop: () => server.close(),
    start: () => server.listen(server.port),
    async close() {
      await server.close();
      await hooks.settled();
    },
  };
}

/** Says whether NocoDB is up. */
const HEALTH: Route = {
  method: 'GET',
  path: '/api/v1/health',
  isPublic: true,
  answer: () => ok({ message: 'OK' }),
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

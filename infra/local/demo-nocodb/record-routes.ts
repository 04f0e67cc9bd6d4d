import type { DemoTable } from './demo-table.ts';
import { coded, plain, recordNotFound } from './errors/api-error.ts';
import { type ApiRequest, asRecords } from './http/api-request.ts';
import { type Answer, ok, type Route } from './http/router.ts';
import { type ListQuery, listRecords, pick, selectedTitles } from './table/list-records.ts';

/** NocoDB's limit for one call that inserts, updates or deletes. */
const MAX_RECORDS_IN_CALL = 100;

export interface RecordRouteOptions {
  /** Largest page. */
  readonly pageCap: number;
  /** Whether `bulk/datalist` exists; older servers do not have it. */
  readonly bulkList: boolean;
}

/** The endpoints below `/api/v2/tables/{tableId}`. */
export function recordRoutes(table: DemoTable, { pageCap, bulkList }: RecordRouteOptions): Route[] {
  const { store, columns, dialect } = table;
  const list = (query: ListQuery) => listRecords(query, { rows: store.all(), columns, dialect, pageCap });
  const records = '/api/v2/tables/:tableId/records';
  const routes: Route[] = [
    { method: 'GET', path: records, answer: ({ query }) => ok(list(query)) },
    {
      method: 'GET',
      path: `${records}/:recordId`,
      answer: (request, { recordId = '' }) => readOne(table, request, recordId),
    },
    { method: 'POST', path: records, answer: (request) => insert(table, request) },
    { method: 'PATCH', path: records, answer: (request) => update(table, request) },
    { method: 'DELETE', path: records, answer: (request) => remove(table, request) },
  ];
  if (!bulkList) return routes;
  return [
    ...routes,
    {
      method: 'POST',
      path: '/api/v2/tables/:tableId/bulk/datalist',
      answer: (request) => listMany(request, list),
    },
  ];
}

function readOne({ store, columns }: DemoTable, { query }: ApiRequest, recordId: string): Answer {
  if (!/^\d+$/.test(recordId)) {
    throw coded(422, 'ERR_INVALID_PK_VALUE', `Primary key value '${recordId}' is invalid for column 'Id'`);
  }
  const row = store.get(Number(recordId));
  if (row === undefined) throw recordNotFound(recordId);
  return ok(pick(row, selectedTitles(query.fields, columns)));
}

function listMany({ body }: ApiRequest, list: (query: ListQuery) => unknown): Answer {
  if (!Array.isArray(body) || body.length === 0) throw plain(400, 'Invalid bulkFilterList');
  const pages = body.map((query) => [String(query.alias), list(query)]);
  return { status: 201, body: Object.fromEntries(pages) };
}

function insert(table: DemoTable, { body }: ApiRequest): Answer {
  const ids = table.insert(withinLimit(asRecords(body)), Array.isArray(body)).map((Id) => ({ Id }));
  return ok(Array.isArray(body) ? ids : ids[0]);
}

function update(table: DemoTable, { body }: ApiRequest): Answer {
  const records = withinLimit(asRecords(body));
  for (const { Id } of records) checkExists(table, Id ?? 'unknown');
  table.update(records.map(({ Id, ...values }) => ({ id: Number(Id), values })));
  const ids = records.map(({ Id }) => ({ Id }));
  return ok(Array.isArray(body) ? ids : ids[0]);
}

function remove(table: DemoTable, { body }: ApiRequest): Answer {
  const records = withinLimit(asRecords(body));
  for (const { Id } of records) {
    if (Id === undefined) throw coded(422, 'ERR_REQUIRED_FIELD_MISSING', "Field 'Id' is required");
    checkExists(table, Id);
  }
  for (const { Id } of records) table.store.remove(Number(Id));
  const ids = records.map(({ Id }) => ({ Id }));
  return ok(Array.isArray(body) ? ids : ids[0]);
}

function checkExists({ store }: DemoTable, id: unknown): void {
  if (store.get(Number(id)) === undefined) throw recordNotFound(id);
}

function withinLimit<T>(records: readonly T[]): readonly T[] {
  if (records.length <= MAX_RECORDS_IN_CALL) return records;
  throw coded(
    422,
    'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED',
    `Maximum ${MAX_RECORDS_IN_CALL} entities are allowed per request`,
  );
}

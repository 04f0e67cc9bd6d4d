import type { DemoTable } from './demo-table.ts';
import { coded, plain, recordNotFound } from './errors/api-error.ts';
import { type ApiRequest, asRecords } from './http/api-request.ts';
import { type Answer, ok, type Route } from './http/router.ts';
import type { Cell, Row } from './table/dialect.ts';
import { listRecords } from './table/list-records.ts';

/** NocoDB's limit for one call of v3 that inserts, updates or deletes. */
const MAX_RECORDS_IN_CALL = 10;

const DEFAULT_PAGE_SIZE = 25;

/** The endpoints below `/api/v3/data/{baseId}/{tableId}`. @param pageCap largest page */
export function recordRoutesV3(table: DemoTable, pageCap: number): Route[] {
  const records = '/api/v3/data/:baseId/:tableId/records';
  return [
    { method: 'GET', path: records, answer: (request) => list(table, request, pageCap) },
    {
      method: 'GET',
      path: `${records}/:recordId`,
      answer: (_request, { recordId = '' }) => readOne(table, recordId),
    },
    { method: 'POST', path: records, answer: (request) => insert(table, request) },
    { method: 'PATCH', path: records, answer: (request) => update(table, request) },
    { method: 'DELETE', path: records, answer: (request) => remove(table, request) },
  ];
}

function list(table: DemoTable, { query, path }: ApiRequest, pageCap: number): Answer {
  const { store, columns, dialect } = table;
  const size = Math.min(positive(query.pageSize) ?? DEFAULT_PAGE_SIZE, pageCap);
  const page = positive(query.page) ?? 1;
  const wanted = {
    where: toV2Where(query.where),
    fields: query.fields && `Id,${query.fields}`,
    sort: sortOf(query.sort),
    limit: size,
    offset: (page - 1) * size,
  };
  const found = listRecords(wanted, { rows: store.all(), columns, dialect, pageCap });
  const records = found.list.map((row) => toV3Record(row, table));
  const next = new URLSearchParams({ ...query, page: String(page + 1) });
  return ok({ records, ...(!found.pageInfo.isLastPage && { next: `http://127.0.0.1${path}?${next}` }) });
}

/** A quoted title or value. */
const QUOTED = /(?<=[(,])(["'])(.*?)\1(?=[,)])/g;

/** In v3, titles and values can be quoted, and have to be where they hold parentheses or quotes (measured on 0.301.3). */
function toV2Where(where = ''): string {
  const unquoted = where.replace(QUOTED, '');
  if (/['"]|,[^()~]*\(/.test(unquoted)) throw plain(422, 'Invalid filter syntax');
  return where.replace(QUOTED, '$2');
}

/** `[{"field":"Id","direction":"desc"}]`, or one such object, as v2 has it: `-Id`. */
function sortOf(sort: string | undefined): string | undefined {
  if (sort === undefined) return undefined;
  try {
    const [{ field, direction }] = [JSON.parse(sort)].flat();
    return direction === 'desc' ? `-${field}` : field;
  } catch {
    throw coded(400, 'ERR_INVALID_REQUEST_BODY', "Query parameter 'sort' needs to a JSON string");
  }
}

/** The key is not among the fields, and a checkbox is a boolean or `null` on every database. */
function toV3Record({ Id: id, ...cells }: Row, { columns }: DemoTable) {
  const boxes = new Set(columns.filter(({ uidt }) => uidt === 'Checkbox').map(({ title }) => title));
  const shown = (title: string, cell: Cell) => (boxes.has(title) && cell !== null ? Boolean(cell) : cell);
  const fields = Object.entries(cells).map(([title, cell]) => [title, shown(title, cell)]);
  return { id, fields: Object.fromEntries(fields) };
}

function readOne(table: DemoTable, recordId: string): Answer {
  if (!/^\d+$/.test(recordId)) {
    throw coded(422, 'ERR_INVALID_PK_VALUE', `Primary key value '${recordId}' is invalid for column 'Id'`);
  }
  return ok(toV3Record(rowOf(table, recordId), table));
}

function insert(table: DemoTable, { body }: ApiRequest): Answer {
  const values = withinLimit(asRecords(body)).map(({ fields }) => fields as Row);
  return ok({
    records: table.insert(values, Array.isArray(body)).map((id) => toV3Record(rowOf(table, id), table)),
  });
}

function update(table: DemoTable, { body }: ApiRequest): Answer {
  const records = withinLimit(asRecords(body));
  for (const { id } of records) rowOf(table, id);
  const changes = records.map(({ id, fields }) => ({ id: Number(id), values: fields as Row }));
  return ok({ records: table.update(changes).map((row) => toV3Record(row, table)) });
}

function remove(table: DemoTable, { body }: ApiRequest): Answer {
  const records = withinLimit(asRecords(body));
  for (const { id } of records) rowOf(table, id);
  for (const { id } of records) table.store.remove(Number(id));
  return ok({ records: records.map(({ id }) => ({ id, deleted: true })) });
}

/** @throws {ApiError} when there is no such record */
function rowOf({ store }: DemoTable, id: unknown): Row {
  const row = store.get(Number(id));
  if (row === undefined) throw recordNotFound(id ?? 'unknown');
  return row;
}

function withinLimit<T>(records: readonly T[]): readonly T[] {
  if (records.length <= MAX_RECORDS_IN_CALL) return records;
  throw coded(
    422,
    'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED',
    `Maximum ${MAX_RECORDS_IN_CALL} entities are allowed per request`,
  );
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

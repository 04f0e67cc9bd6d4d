import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { ChangeQuery, RecordQuery } from '../tracker/record-source.ts';

/**
 * Longest URL of a GET, bytes. NocoDB itself accepts 16 KB (Node's limit for all headers; measured on 0.301.3), but
 * proxies in front of it have lower limits. 4 KB are accepted everywhere.
 */
export const MAX_URL_BYTES = 4096;

/** Most record ids in one GET. */
export const MAX_IDS_IN_URL = 500;

/** One query of a bulk list, as `POST …/bulk/datalist` takes it. */
export interface BulkQuery {
  readonly alias: string;
  readonly where?: string;
  readonly fields: string;
  readonly limit: number;
}

/** The path of a table's endpoint, below the API's address. */
export function tablePath({ tableId }: Pick<NocoDbSettings, 'tableId'>, endpoint: string): string {
  return `/api/v2/tables/${tableId}/${endpoint}`;
}

/**
 * The `where` clause of a query; `''` when it has no condition.
 *
 * Only `checked` finds ticked boxes on every database: `eq,true` matches nothing on SQLite (measured
 * on 0.301.3). `in` compares whole texts exactly, in select and text fields alike.
 */
export function whereClause(
  settings: NocoDbSettings,
  { recordIds, want }: Pick<RecordQuery, 'recordIds' | 'want'>,
): string {
  const conditions: string[] = [];
  if (recordIds.length > 0) conditions.push(`(${settings.idField},in,${recordIds.join(',')})`);
  if (want === 'paid') conditions.push(paidCondition(settings));
  return conditions.join('~and');
}

function paidCondition({ paidField, paidValues }: NocoDbSettings): string {
  return paidValues === undefined ? `(${paidField},checked)` : `(${paidField},in,${paidValues.join(',')})`;
}

/**
 * The query string for a page of records that are not paid, ordered by id, after the given id.
 *
 * It pages by id and not by offset: a record that is ticked between two pages would move the others to the previous
 * page. With `paidValues` the page also holds paid records (NocoDB's `in` has no negation that keeps empty cells).
 */
export function unpaidQueryString(
  settings: NocoDbSettings,
  after: string | undefined,
  limit: number,
): string {
  const conditions = [
    ...(after === undefined ? [] : [`(${settings.idField},gt,${after})`]),
    ...(settings.paidValues === undefined ? [`(${settings.paidField},notchecked)`] : []),
  ];
  return [
    ...(conditions.length === 0 ? [] : [`where=${encodeQueryValue(conditions.join('~and'))}`]),
    `fields=${encodeQueryValue(fieldList(settings))}`,
    `sort=${encodeQueryValue(settings.idField)}`,
    `limit=${limit}`,
  ].join('&');
}

/** The ids of the fields in which NocoDB keeps when a record was changed and created. */
export interface ChangeFields {
  readonly updated: string;
  /** Absent: the table does not keep it. */
  readonly created?: string;
}

/**
 * The query string for a page of the paid records that were changed or created since a moment, ordered by id. A record that
 * was created as paid has no time of change.
 *
 * It pages by id like {@link unpaidQueryString}. `ge` on a time needs `exactDate`. It compares whole seconds, and finds
 * what was changed in that very second, on SQLite and on PostgreSQL (measured on 0.301.3).
 */
export function changedQueryString(
  settings: NocoDbSettings,
  { updated, created }: ChangeFields,
  { since, after, limit }: ChangeQuery,
): string {
  const time = `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
  const isSince = (field: string) => `(${field},ge,exactDate,${time})`;
  const conditions = [
    created === undefined ? isSince(updated) : `(${isSince(updated)}~or${isSince(created)})`,
    paidCondition(settings),
    ...(after === undefined ? [] : [`(${settings.idField},gt,${after})`]),
  ];
  return [
    `where=${encodeQueryValue(conditions.join('~and'))}`,
    `fields=${encodeQueryValue(fieldList(settings))}`,
    `sort=${encodeQueryValue(settings.idField)}`,
    `limit=${limit}`,
  ].join('&');
}

/** The fields that a tick needs, as `fields` takes them. */
export function fieldList({ idField, paidField, ownerField }: NocoDbSettings): string {
  return [...new Set([idField, paidField, ...(ownerField === undefined ? [] : [ownerField])])].join(',');
}

/** The query string of a GET, encoded, without the question mark. */
export function queryString(settings: NocoDbSettings, query: RecordQuery): string {
  const where = whereClause(settings, query);
  return [
    ...(where === '' ? [] : [`where=${encodeQueryValue(where)}`]),
    `fields=${encodeQueryValue(fieldList(settings))}`,
    `limit=${query.limit}`,
  ].join('&');
}

/** Percent-encodes a query value except commas: NocoDB accepts them, and `%2C` would need three times the space. */
export function encodeQueryValue(text: string): string {
  return encodeURIComponent(text).replaceAll('%2C', ',');
}

/** The largest limit of a page that NocoDB allows by default. Here only its length matters. */
const MAX_LIMIT = 1000;

/** Whether a GET for these ids stays within {@link MAX_URL_BYTES} and {@link MAX_IDS_IN_URL}. */
export function fitsUrl(
  settings: NocoDbSettings,
  recordIds: readonly string[],
  want: RecordQuery['want'],
): boolean {
  if (recordIds.length > MAX_IDS_IN_URL) return false;
  const query = { recordIds, want, limit: MAX_LIMIT };
  const url = `${settings.apiUrl}${tablePath(settings, 'records')}?${queryString(settings, query)}`;
  // The URL is percent-encoded: one character is one byte.
  return url.length <= MAX_URL_BYTES;
}

/** The body of a bulk list. Its values are not encoded, and each limit applies to its own query. */
export function bulkBody(settings: NocoDbSettings, queries: readonly RecordQuery[]): BulkQuery[] {
  return queries.map((query, index) => {
    const where = whereClause(settings, query);
    return {
      alias: bulkAlias(index),
      ...(where === '' ? {} : { where }),
      fields: fieldList(settings),
      limit: query.limit,
    };
  });
}

/** The name under which the response to a bulk list holds the page of a query. */
export function bulkAlias(index: number): string {
  return `q${index}`;
}

/** Record ids that a log shows of a query. */
const SHOWN_IDS = 3;

/** Queries that a log shows of a bulk list. */
const SHOWN_QUERIES = 2;

/** A query for a log: `where=(Id,in,1,2,3,…+42)~and(Paid,checked) fields=Id,Paid limit=1000`. */
export function describeQuery(settings: NocoDbSettings, query: RecordQuery): string {
  const { recordIds } = query;
  const shown =
    recordIds.length <= SHOWN_IDS + 1
      ? recordIds
      : [...recordIds.slice(0, SHOWN_IDS), `…+${recordIds.length - SHOWN_IDS}`];
  const where = whereClause(settings, { recordIds: shown, want: query.want });
  return `${where === '' ? '' : `where=${where} `}fields=${fieldList(settings)} limit=${query.limit}`;
}

/** A bulk list for a log: the first queries and the number of the others. */
export function describeQueries(settings: NocoDbSettings, queries: readonly RecordQuery[]): string {
  const shown = queries.slice(0, SHOWN_QUERIES).map((query) => describeQuery(settings, query));
  const more = queries.length > SHOWN_QUERIES ? [`…+${queries.length - SHOWN_QUERIES}`] : [];
  return [...shown, ...more].join(' | ');
}

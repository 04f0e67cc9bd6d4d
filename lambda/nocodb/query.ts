import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { ChangeQuery, RecordQuery } from '../tracker/record-source.ts';
import type { ApiCall } from './client.ts';
import type { Dialect, ListQuery } from './dialect.ts';

/**
 * The `where` clause of a query; `''` when it has no condition.
 *
 * Only `checked` finds ticked boxes on every database: `eq,true` matches nothing on SQLite (measured
 * on 0.301.3). `in` compares whole texts exactly, in select and text fields alike.
 */
export function whereClause(
  settings: NocoDbSettings,
  { recordIds, want }: Pick<RecordQuery, 'recordIds' | 'want'>,
  { quote }: Syntax,
): string {
  const conditions: string[] = [];
  if (recordIds.length > 0) conditions.push(`(${quote(settings.idField)},in,${recordIds.join(',')})`);
  if (want === 'paid') conditions.push(paidCondition(settings, quote));
  return conditions.join('~and');
}

/** How a version of the API writes a `where`. */
type Syntax = Pick<Dialect, 'quote'>;

function paidCondition({ paidField, paidValues }: NocoDbSettings, quote: Syntax['quote']): string {
  const field = quote(paidField);
  return paidValues === undefined ? `(${field},checked)` : `(${field},in,${paidValues.map(quote).join(',')})`;
}

/**
 * The list of the records that are not paid, ordered by id, after the given id.
 *
 * It pages by id and not by offset: a record that is ticked between two pages would move the others to the previous
 * page. With `paidValues` the page also holds paid records (NocoDB's `in` has no negation that keeps empty cells).
 */
export function unpaidList(
  settings: NocoDbSettings,
  { after, limit }: Pick<ChangeQuery, 'after' | 'limit'>,
  { quote }: Syntax,
): ListQuery {
  const conditions = [
    ...(after === undefined ? [] : [`(${quote(settings.idField)},gt,${after})`]),
    ...(settings.paidValues === undefined ? [`(${quote(settings.paidField)},notchecked)`] : []),
  ];
  return {
    ...(conditions.length === 0 ? {} : { where: conditions.join('~and') }),
    fields: fieldList(settings),
    sort: settings.idField,
    limit,
  };
}

/** The fields in which NocoDB keeps when a record was changed and created: their titles or ids. */
export interface ChangeFields {
  readonly updated: string;
  /** Absent: the table does not keep it. */
  readonly created?: string;
}

/**
 * The list of the paid records that were changed or created since a moment, ordered by id. A record that was created as paid
 * has no time of change.
 *
 * It pages by id like {@link unpaidList}. `ge` on a time needs `exactDate`. It compares whole seconds, and finds what was
 * changed in that very second, on SQLite and on PostgreSQL (measured on 0.301.3).
 */
export function changedList(
  settings: NocoDbSettings,
  { updated, created }: ChangeFields,
  { since, after, limit }: ChangeQuery,
  { quote }: Syntax,
): ListQuery {
  const time = `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
  const isSince = (field: string) => `(${quote(field)},ge,exactDate,${time})`;
  const conditions = [
    created === undefined ? isSince(updated) : `(${isSince(updated)}~or${isSince(created)})`,
    paidCondition(settings, quote),
    ...(after === undefined ? [] : [`(${quote(settings.idField)},gt,${after})`]),
  ];
  return { where: conditions.join('~and'), fields: fieldList(settings), sort: settings.idField, limit };
}

/** The fields that a tick needs, as `fields` takes them. */
export function fieldList({ idField, paidField, ownerField }: NocoDbSettings): string {
  return [...new Set([idField, paidField, ...(ownerField === undefined ? [] : [ownerField])])].join(',');
}

/** The list that a query by ids asks for. */
export function idList(settings: NocoDbSettings, query: RecordQuery, syntax: Syntax): ListQuery {
  const where = whereClause(settings, query, syntax);
  return { ...(where === '' ? {} : { where }), fields: fieldList(settings), limit: query.limit };
}

/** Percent-encodes a query value except commas: NocoDB accepts them, and `%2C` would need three times the space. */
export function encodeQueryValue(text: string): string {
  return encodeURIComponent(text).replaceAll('%2C', ',');
}

/** Record ids that a log shows of a query. */
const SHOWN_IDS = 3;

/** A query for a log: `where=(Id,in,1,2,3,…+42)~and(Paid,checked) fields=Id,Paid limit=1000`. */
export function describeQuery(settings: NocoDbSettings, query: RecordQuery, syntax: Syntax): string {
  const { recordIds } = query;
  const shown =
    recordIds.length <= SHOWN_IDS + 1
      ? recordIds
      : [...recordIds.slice(0, SHOWN_IDS), `…+${recordIds.length - SHOWN_IDS}`];
  return describeList(idList(settings, { ...query, recordIds: shown }, syntax));
}

/** A list for a log, not encoded. */
export function describeList({ where, fields, sort, limit }: ListQuery): string {
  const order = sort === undefined ? '' : ` sort=${sort}`;
  return `${where === undefined ? '' : `where=${where} `}fields=${fields}${order} limit=${limit}`;
}

/** The call for a list of records, in the form of a version of the API. */
export function listCall(
  dialect: Dialect,
  operation: string,
  list: ListQuery,
  about: Pick<ApiCall, 'params' | 'recordIds'> = { params: describeList(list), recordIds: 0 },
): ApiCall {
  return {
    operation,
    method: 'GET',
    path: dialect.recordsPath,
    query: dialect.listQuery(list),
    repeatable: true,
    ...about,
  };
}

import { coded, fieldNotFound } from '../errors/api-error.ts';
import { type Column, findColumn } from './columns.ts';
import type { Cell, Dialect, Row } from './dialect.ts';
import { compileWhere } from './where.ts';

/** A query in a URL or in a bulk list. */
export interface ListQuery {
  readonly where?: unknown;
  /** Titles or ids of columns, separated by commas or as an array. */
  readonly fields?: unknown;
  readonly sort?: unknown;
  readonly limit?: unknown;
  readonly offset?: unknown;
}

/** A page of records, in NocoDB's form. */
export interface ListPage {
  readonly list: readonly Row[];
  readonly pageInfo: PageInfo;
}

interface PageInfo {
  readonly totalRows: number;
  /** Absent when the offset is not a multiple of the page size; then `offset` is present. */
  readonly page?: number;
  readonly offset?: number;
  readonly pageSize: number;
  readonly isFirstPage: boolean;
  readonly isLastPage: boolean;
}

/** The table that a query reads. */
export interface ListContext {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly dialect: Dialect;
  /** Largest page. A larger `limit` is reduced without an error. */
  readonly pageCap: number;
}

const DEFAULT_LIMIT = 25;

/** Executes a query. @throws {ApiError} */
export function listRecords(query: ListQuery, context: ListContext): ListPage {
  const { rows, columns, dialect, pageCap } = context;
  const titles = selectedTitles(query.fields, columns);
  const matches = compileWhere(text(query.where), columns, dialect);
  const found = sorted(rows.filter(matches), text(query.sort), columns);

  const pageSize = Math.min(positive(query.limit) ?? DEFAULT_LIMIT, pageCap);
  const offset = positive(query.offset) ?? 0;
  if (offset > 0 && offset >= found.length) {
    throw coded(422, 'ERR_INVALID_OFFSET_VALUE', `Offset value '${offset}' is invalid`);
  }
  const list = found.slice(offset, offset + pageSize).map((row) => pick(row, titles));
  return { list, pageInfo: pageInfo(found.length, offset, pageSize) };
}

/** The titles that `fields` selects, in the table's order; all titles when it is blank. @throws {ApiError} 404 */
export function selectedTitles(fields: unknown, columns: readonly Column[]): readonly string[] {
  const names = (Array.isArray(fields) ? fields.map(text) : text(fields).split(',')).filter(
    (name) => name !== '',
  );
  if (names.length === 0) return columns.map(({ title }) => title);
  const selected = new Set(
    names.map((name) => {
      const column = findColumn(columns, name);
      if (column === undefined) throw fieldNotFound(name);
      return column.title;
    }),
  );
  return columns.map(({ title }) => title).filter((title) => selected.has(title));
}

/** The named cells of a row. */
export function pick(row: Row, titles: readonly string[]): Row {
  return Object.fromEntries(titles.map((title) => [title, row[title] ?? null]));
}

/** Without a sort, records are ordered by id. */
function sorted(rows: readonly Row[], sort: string, columns: readonly Column[]): readonly Row[] {
  if (sort === '') return rows;
  const isDescending = sort.startsWith('-');
  const name = isDescending ? sort.slice(1) : sort;
  const column = findColumn(columns, name);
  if (column === undefined) throw fieldNotFound(name);
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a[column.title] ?? null, b[column.title] ?? null));
}

function compare(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '') < String(b ?? '') ? -1 : 1;
}

function pageInfo(totalRows: number, offset: number, pageSize: number): PageInfo {
  const page = offset / pageSize + 1;
  // With an offset between two pages, NocoDB may say of the last page that it is not the last, but never the opposite.
  const isLastPage = page >= Math.ceil(totalRows / pageSize) || totalRows === 0;
  const position = Number.isInteger(page) ? { page } : { offset };
  return { totalRows, ...position, pageSize, isFirstPage: page === 1, isLastPage };
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** Reads an integer above zero from a number or text. @returns `undefined` for everything else */
function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

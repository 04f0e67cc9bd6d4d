import { ApiError, coded, plain } from '../errors/api-error.ts';
import { type Column, findColumn } from './columns.ts';
import type { Cell, Dialect, Row } from './dialect.ts';

/** Whether a record meets a `where`. */
export type Matcher = (row: Row) => boolean;

/**
 * Compiles a `where`.
 *
 * @throws {ApiError} the error that NocoDB gives on that database
 */
export function compileWhere(where: string, columns: readonly Column[], dialect: Dialect): Matcher {
  const filter = parseWhere(where);
  return filter === undefined ? () => true : compile(filter, columns, dialect);
}

/** One `(field,operator,text)`. */
export interface Condition {
  readonly field: string;
  readonly operator: string;
  /** The text after the operator, with its commas; `undefined` when there is none. */
  readonly text: string | undefined;
}

/** A parsed `where`: a condition, or several filters of which all or any must match. */
export type Filter =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'all' | 'any'; readonly filters: readonly Filter[] };

/**
 * Parses NocoDB's `where`: `(Id,in,1,2)~and(Paid,checked)`, with `~or` and groups in parentheses. The grammar has no
 * quoting: a comma always separates, and parentheses in a value must be balanced.
 *
 * @returns `undefined` for a blank text: every record matches
 * @throws {ApiError} 422 as NocoDB gives it; also for `@` and `~not`, which NocoDB supports and the demo does not
 */
export function parseWhere(where: string): Filter | undefined {
  return where.trim() === '' ? undefined : parseAny(where);
}

function parseAny(where: string): Filter {
  const alternatives = split(where, '~or').map((part) => {
    const filters = split(part, '~and').map(parseOne);
    return filters.length === 1 ? (filters[0] as Filter) : ({ kind: 'all', filters } as const);
  });
  return alternatives.length === 1 ? (alternatives[0] as Filter) : { kind: 'any', filters: alternatives };
}

function parseOne(part: string): Filter {
  if (!part.startsWith('(') || !part.endsWith(')')) throw invalidFormat();
  const inside = part.slice(1, -1);
  if (inside.startsWith('(')) return parseAny(inside);
  // NocoDB splits at these everywhere, even in a value.
  if (/~(and|or|not)\(/.test(inside)) throw invalidFormat();
  const [field, operator, ...texts] = inside.split(',');
  if (!field || !operator) throw invalidFormat();
  const text = texts.length === 0 ? undefined : texts.join(',');
  return { kind: 'condition', condition: { field, operator, text } };
}

/** Splits at the separators outside of parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
    if (depth < 0) throw invalidFormat();
  }
  if (depth !== 0) throw invalidFormat();
  return [...parts, text.slice(start)];
}

function invalidFormat() {
  return plain(422, 'Invalid filter format.');
}

type CellTest = (cell: Cell) => boolean;

/** An operator makes the test of a cell. */
type Operator = (text: string | undefined, column: Column, dialect: Dialect) => CellTest;

/** The operators that the tracker uses, and those that its tests show to be wrong. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  in: isOneOf,
  eq: equals,
  gt: isAbove,
  ge: isSince,
  checked: (_text, column, dialect) => (cell) => dialect.isChecked(cell, column),
  notchecked: () => (cell) => cell === null || cell === false || cell === 0,
};

function compile(filter: Filter, columns: readonly Column[], dialect: Dialect): Matcher {
  if (filter.kind === 'condition') return compileCondition(filter.condition, columns, dialect);
  const matchers = filter.filters.map((each) => compile(each, columns, dialect));
  return filter.kind === 'all'
    ? (row) => matchers.every((matches) => matches(row))
    : (row) => matchers.some((matches) => matches(row));
}

function compileCondition(
  { field, operator, text }: Condition,
  columns: readonly Column[],
  dialect: Dialect,
): Matcher {
  const column = findColumn(columns, field);
  if (column === undefined) throw plain(422, `Column alias '${field}' not found.`);
  const makeTest = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (makeTest === undefined) throw plain(422, `${operator} is not supported.`);
  const test = makeTest(text, column, dialect);
  return (row) => test(row[column.title] ?? null);
}

function isOneOf(text: string | undefined, column: Column, dialect: Dialect): CellTest {
  if (column.uidt === 'Checkbox') {
    throw coded(
      422,
      'ERR_FILTER_VERIFICATION_FAILED',
      `Filter verification failed: Operation in is not supported for type Checkbox on column ${column.title}`,
    );
  }
  if (text === undefined) throw serverFault("Cannot read properties of undefined (reading 'split')");
  const texts = text.split(',');
  const wanted = new Set<Cell>(isNumeric(column) ? dialect.readIntegers(texts, column) : texts);
  return (cell) => cell !== null && wanted.has(cell);
}

function equals(text = '', column: Column, dialect: Dialect): CellTest {
  if (column.uidt === 'Checkbox') return (cell) => cell !== null && dialect.checkboxEquals(cell, text);
  if (text === '') return () => false;
  return isOneOf(text, column, dialect);
}

function isAbove(text = '', column: Column, dialect: Dialect): CellTest {
  if (!isNumeric(column)) return (cell) => cell !== null && String(cell) > text;
  const [limit] = dialect.readIntegers([text], column);
  return (cell) => limit !== undefined && typeof cell === 'number' && cell > limit;
}

/** `(UpdatedAt,ge,exactDate,2026-11-24 16:08:09+00:00)`. Without `exactDate`, NocoDB refuses it (measured on 0.301.3). */
function isSince(text = '', { title, uidt }: Column): CellTest {
  const [kind, ...rest] = text.split(',');
  if (uidt !== 'CreatedTime' && uidt !== 'LastModifiedTime')
    throw plain(422, `ge is not supported for ${title}.`);
  if (kind !== 'exactDate') throw plain(422, `'${kind}' is not supported for '${title}'`);
  const since = Date.parse(rest.join(','));
  return (cell) => cell !== null && Date.parse(String(cell)) >= since;
}

function isNumeric({ uidt }: Column): boolean {
  return uidt === 'ID' || uidt === 'Number';
}

/** NocoDB's response to a query that it does not expect; the real one adds its stack. */
function serverFault(reason: string): ApiError {
  const msg =
    "Something didn't work as expected. Please try again. If the problem persists, contact support.";
  return new ApiError(500, { msg, innerError: { msg: reason } });
}

import { ApiError, coded, plain } from './api-error.ts';
import { type Column, findColumn } from './columns.ts';
import type { Cell, Dialect, Row } from './dialect.ts';
import { type Condition, type Filter, parseWhere } from './where.ts';

/** Whether a record is what a `where` asks for. */
export type Matcher = (row: Row) => boolean;

type CellTest = (cell: Cell) => boolean;

/** One operator: makes the test of a cell. */
type Operator = (text: string | undefined, column: Column, dialect: Dialect) => CellTest;

/** The operators that the demo knows: those the tracker uses, and those its tests show to be wrong. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  in: isOneOf,
  eq: equals,
  gt: isAbove,
  checked: (_text, column, dialect) => (cell) => dialect.isChecked(cell, column),
  notchecked: () => (cell) => cell === null || cell === false || cell === 0,
};

/**
 * Makes the test that a `where` is.
 *
 * @throws {ApiError} as NocoDB refuses it on that database
 */
export function compileWhere(where: string, columns: readonly Column[], dialect: Dialect): Matcher {
  const filter = parseWhere(where);
  return filter === undefined ? () => true : compile(filter, columns, dialect);
}

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

function isNumeric({ uidt }: Column): boolean {
  return uidt === 'ID' || uidt === 'Number';
}

/** What NocoDB answers where it did not expect the query; the real one adds its stack. */
function serverFault(reason: string): ApiError {
  const msg =
    "Something didn't work as expected. Please try again. If the problem persists, contact support.";
  return new ApiError(500, { msg, innerError: { msg: reason } });
}

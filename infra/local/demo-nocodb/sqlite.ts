import type { Column } from './record-store.ts';

/** NocoDB on SQLite: types are advice, a value of another type is stored as it is. */
export const sqlite: Dialect = {
  name: 'sqlite',
  // Without AUTOINCREMENT: the id of a deleted last record is given again.
  nextId: (existing) => existing + 1,
  untouchedCheckbox: () => 0,
  storeCheckbox(value) {
    if (typeof value === 'boolean') return value ? 1 : 0;
    return storeNumeric(value);
  },
  storeNumber: storeNumeric,
  readIntegers: (texts) =>
    texts
      .filter((text) => text.trim() !== '')
      .map(Number)
      .filter(Number.isFinite),
  isChecked: (cell) => cell === 1,
  checkboxEquals: (cell, text) => String(cell) === text,
};

/** SQLite's numeric affinity: a text that looks like a number becomes one, any other stays a text. */
function storeNumeric(value: unknown): string | number | null {
  if (value === null || value === undefined || typeof value === 'number') return value ?? null;
  const text = String(value);
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What a cell holds, in the form in which answers show it. */
export type Cell = string | number | boolean | null;

/** What a record of the demo's table holds, by title. */
export type Row = Readonly<Record<string, Cell>>;

/** In what NocoDB's answers differ by the database under it. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** The id that a new record gets, when `existing` is the highest there is and `given` the highest ever given. */
  nextId(existing: number, given: number): number;
  /** What a checkbox holds that was not mentioned when its record was created. */
  untouchedCheckbox(othersMentioned: boolean): Cell;
  /** @throws {ApiError} for a value that the database refuses */
  storeCheckbox(value: unknown): Cell;
  /** @throws {ApiError} for a value that the database refuses */
  storeNumber(value: unknown): Cell;
  /** The numbers that a list of texts means to a column of integers. @throws {ApiError} for poison */
  readIntegers(texts: readonly string[], column: Column): number[];
  /** Whether `(column,checked)` finds this cell. @throws {ApiError} when the column cannot be asked */
  isChecked(cell: Cell, column: Column): boolean;
  /** Whether `(column,eq,text)` finds this cell of a checkbox. */
  checkboxEquals(cell: Cell, text: string): boolean;
}

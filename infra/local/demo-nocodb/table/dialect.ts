import type { Column } from './columns.ts';

/** The value of a cell, in the form in which responses show it. */
export type Cell = string | number | boolean | null;

/** A record of the demo's table, by title. */
export type Row = Readonly<Record<string, Cell>>;

/** The differences between NocoDB's responses on different databases. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /**
   * The id of a new record.
   *
   * @param existing the highest id that exists
   * @param given the highest id that was ever given
   */
  nextId(existing: number, given: number): number;
  /**
   * The value of a checkbox when its record is created without it.
   *
   * @param othersMentioned whether another record of the same call has it
   */
  untouchedCheckbox(othersMentioned: boolean): Cell;
  /** @throws {ApiError} for a value that the database refuses */
  storeCheckbox(value: unknown): Cell;
  /** @throws {ApiError} for a value that the database refuses */
  storeNumber(value: unknown): Cell;
  /** Reads texts as integers. @throws {ApiError} for a text that the database refuses */
  readIntegers(texts: readonly string[], column: Column): number[];
  /** Whether `(column,checked)` finds this cell. @throws {ApiError} when the column cannot be asked */
  isChecked(cell: Cell, column: Column): boolean;
  /** Whether `(column,eq,text)` finds this cell of a checkbox. */
  checkboxEquals(cell: Cell, text: string): boolean;
}

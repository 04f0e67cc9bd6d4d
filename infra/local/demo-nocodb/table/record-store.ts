import { plain } from '../errors/api-error.ts';
import { type Column, isWritable } from './columns.ts';
import type { Cell, Dialect, Row } from './dialect.ts';

/** The demo's records, in memory, ordered by id. They store and show values as NocoDB does on that database. */
export interface RecordStore {
  all(): readonly Row[];
  get(id: number): Row | undefined;
  /**
   * Creates records with the next ids. Unknown titles are ignored.
   *
   * @returns the new ids
   * @throws {ApiError} for values that NocoDB refuses
   */
  insert(records: readonly Readonly<Record<string, unknown>>[]): number[];
  /**
   * Changes a record. Unknown titles are ignored.
   *
   * @returns the change; `undefined` when there is no such record
   * @throws {ApiError} for values that NocoDB refuses
   */
  update(id: number, values: Readonly<Record<string, unknown>>): Change | undefined;
  /** @returns false when there is no such record */
  remove(id: number): boolean;
}

/** A record before and after an update. */
export interface Change {
  readonly before: Row;
  readonly after: Row;
}

/** @param now the clock, epoch milliseconds */
export function createRecordStore(
  columns: readonly Column[],
  dialect: Dialect,
  now: () => number,
): RecordStore {
  const rows = new Map<number, Row>();
  let highest = 0;
  let highestGiven = 0;

  function newRow(values: Readonly<Record<string, unknown>>, othersMentioned: ReadonlySet<string>): Row {
    const cells = columns.map((column): [string, Cell] => {
      if (column.uidt === 'Checkbox' && values[column.title] === undefined) {
        return [column.title, dialect.untouchedCheckbox(othersMentioned.has(column.title))];
      }
      return [column.title, store(column, values[column.title], dialect)];
    });
    return { ...Object.fromEntries(cells), CreatedAt: timestamp(now()), UpdatedAt: null };
  }

  return {
    all: () => [...rows.values()],
    get: (id) => rows.get(id),
    insert(records) {
      const mentioned = new Set(records.flatMap((record) => Object.keys(record)));
      const fresh = records.map((record) => newRow(record, mentioned));
      return fresh.map((row) => {
        const id = dialect.nextId(highest, highestGiven);
        highest = id;
        highestGiven = Math.max(highestGiven, id);
        rows.set(id, { ...row, Id: id });
        return id;
      });
    },
    update(id, values) {
      const before = rows.get(id);
      if (before === undefined) return undefined;
      const changes = columns
        .filter((column) => isWritable(column) && values[column.title] !== undefined)
        .map((column) => [column.title, store(column, values[column.title], dialect)]);
      const after = { ...before, ...Object.fromEntries(changes), UpdatedAt: timestamp(now()) };
      rows.set(id, after);
      return { before, after };
    },
    remove(id) {
      const existed = rows.delete(id);
      // A map keeps the order of insertion, and a new id is always the highest: the last one is the highest that remains.
      if (id === highest) highest = [...rows.keys()].at(-1) ?? 0;
      return existed;
    },
  };
}

function store(column: Column, value: unknown, dialect: Dialect): Cell {
  if (value === undefined || value === null) return null;
  if (column.uidt === 'Checkbox') return dialect.storeCheckbox(value);
  if (column.uidt === 'Number') return dialect.storeNumber(value);
  const text = String(value);
  if (column.uidt === 'SingleSelect' && !column.options?.includes(text)) {
    const valid = column.options?.join(', ');
    throw plain(
      400,
      `Invalid option(s) "${text}" provided for column "${column.title}". Valid options are "${valid}"`,
    );
  }
  return text;
}

/** A time in NocoDB's form: whole seconds, UTC. */
function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}

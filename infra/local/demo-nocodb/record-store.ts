import { plain } from './api-error.ts';
import type { Cell, Dialect, Row } from './sqlite.ts';

/** What an update changed. */
export interface Change {
  readonly before: Row;
  readonly after: Row;
}

/** The demo's records, in memory, ordered by id. Values are taken and shown as NocoDB would on that database. */
export interface RecordStore {
  all(): readonly Row[];
  get(id: number): Row | undefined;
  /** Creates records with the next ids. Unknown titles are ignored. @throws {ApiError} for values NocoDB refuses */
  insert(records: readonly Readonly<Record<string, unknown>>[]): number[];
  /** @returns what changed, or undefined when there is no such record. @throws {ApiError} for values NocoDB refuses */
  update(id: number, values: Readonly<Record<string, unknown>>): Change | undefined;
  /** @returns false when there is no such record */
  remove(id: number): boolean;
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
      // A map keeps the order of insertion, and a new id is always the highest: the last is the highest left.
      if (id === highest) highest = [...rows.keys()].at(-1) ?? 0;
      return existed;
    },
  };
}

function isWritable({ uidt }: Column): boolean {
  return uidt !== 'ID' && uidt !== 'CreatedTime' && uidt !== 'LastModifiedTime';
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

/** NocoDB's form: whole seconds, UTC. */
function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
}

/** A column of the demo's table. */
export interface Column {
  /** `c` and 14 letters or digits, like NocoDB's own ids. Works wherever the title does. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type of column. */
  readonly uidt:
    | 'ID'
    | 'CreatedTime'
    | 'LastModifiedTime'
    | 'SingleLineText'
    | 'Checkbox'
    | 'Number'
    | 'SingleSelect';
  /** What a `SingleSelect` may hold. */
  readonly options?: readonly string[];
}

/** A column as whoever starts the demo names it. */
export type ColumnDefinition = Omit<Column, 'id' | 'uidt'> & {
  readonly uidt: Exclude<Column['uidt'], 'ID' | 'CreatedTime' | 'LastModifiedTime'>;
};

/** The columns of a shop's payments, beside the three that NocoDB adds. */
export const PAYMENT_COLUMNS: readonly ColumnDefinition[] = [
  { title: 'Title', uidt: 'SingleLineText' },
  { title: 'Paid', uidt: 'Checkbox' },
  { title: 'TG ID', uidt: 'SingleLineText' },
  { title: 'Chat', uidt: 'Number' },
  { title: 'Status', uidt: 'SingleSelect', options: ['Pending', 'Paid', 'Succeeded', "it's (paid)"] },
];

const SYSTEM_COLUMNS = [
  { title: 'Id', uidt: 'ID' },
  { title: 'CreatedAt', uidt: 'CreatedTime' },
  { title: 'UpdatedAt', uidt: 'LastModifiedTime' },
] as const;

/** All columns of a table, with their ids. */
export function withSystemColumns(definitions: readonly ColumnDefinition[]): readonly Column[] {
  return [...SYSTEM_COLUMNS, ...definitions].map((column, index) => ({
    ...column,
    id: `c${String(index).padStart(2, '0')}${column.title.toLowerCase().replace(/[^a-z0-9]/g, '')}`
      .padEnd(15, '0')
      .slice(0, 15),
  }));
}

/** The column with that title or id; letter case counts. */
export function findColumn(columns: readonly Column[], name: string): Column | undefined {
  return columns.find(({ title, id }) => title === name || id === name);
}

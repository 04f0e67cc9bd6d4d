import type { RecordPage, SourceRecord } from '../tracker/record-source.ts';
import { bulkAlias } from './query.ts';

/** An answer that is JSON, but not in the shape of NocoDB's API. */
export class UnexpectedShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A JSON value as an object. @throws {UnexpectedShapeError} */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not an object`);
  }
  return value as Record<string, unknown>;
}

/** A JSON value as a list. @throws {UnexpectedShapeError} */
export function asList(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not a list`);
  return value;
}

/** A record's id, number or text, as text. @throws {UnexpectedShapeError} */
export function asRecordId(value: unknown, what: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not a number or text`);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** The titles under which an answer holds the fields, and the values that mean paid. */
export interface RecordFormat {
  readonly id: string;
  readonly paid: string;
  readonly owner?: string | undefined;
  readonly paidValues?: readonly string[] | undefined;
}

/** A record without a field that was asked for: the field was renamed since its title was learned. */
export class FieldAbsentError extends UnexpectedShapeError {}

/**
 * Reads a page of records: `{ list: [{ Id, Paid }], pageInfo: { isLastPage } }`. A record whose id is `null` (possible
 * where the id field is not the table's key) is nobody's, and left out.
 *
 * @throws {UnexpectedShapeError}
 */
export function readPage(answer: unknown, format: RecordFormat): RecordPage {
  const { list, pageInfo } = asObject(answer, 'the answer');
  const records = readRecords(list, format);
  const { isLastPage } = asObject(pageInfo, 'pageInfo');
  if (typeof isLastPage !== 'boolean') {
    throw new UnexpectedShapeError('pageInfo does not say whether this is the last page');
  }
  return { records, isLastPage };
}

/**
 * Reads a list of records: `[{ Id, Paid }]`. One whose id is `null` is left out.
 *
 * @throws {UnexpectedShapeError}
 */
export function readRecords(list: unknown, format: RecordFormat): SourceRecord[] {
  const rows = asList(list, 'the list of records').map((row) => asObject(row, 'a record'));
  return rows.filter((row) => row[format.id] !== null).map((row) => readRecord(row, format));
}

/**
 * Reads the answer to a bulk list: a page under each query's alias.
 *
 * @param count how many queries it has to answer
 * @throws {UnexpectedShapeError} also when a query has no answer
 */
export function readBulkPages(answer: unknown, count: number, format: RecordFormat): RecordPage[] {
  const pages = asObject(answer, 'the answer');
  return Array.from({ length: count }, (_, index) => {
    const alias = bulkAlias(index);
    if (!Object.hasOwn(pages, alias)) {
      throw new UnexpectedShapeError(`query ${alias} of ${count} has no answer`);
    }
    return readPage(pages[alias], format);
  });
}

function readRecord(row: Record<string, unknown>, format: RecordFormat): SourceRecord {
  return {
    recordId: asRecordId(cell(row, format.id), `a record's ${format.id}`),
    paid: meansPaid(cell(row, format.paid), format.paidValues),
    ...(format.owner === undefined ? {} : { owner: ownerText(cell(row, format.owner)) }),
  };
}

function cell(row: Record<string, unknown>, title: string): unknown {
  if (!Object.hasOwn(row, title))
    throw new FieldAbsentError(`a record has no field ${JSON.stringify(title)}`);
  return row[title];
}

/**
 * The texts that nocodb-sdk 0.301.3 (`checkboxTypeMap`, src/lib/columnHelper/utils/common.ts) reads as a ticked box.
 * NocoDB's own page shows a box as ticked for *any* text but `''`, `'0'` and `'false'`
 * (packages/nc-gui/components/cell/Checkbox/Readonly.vue), even for `no`; money follows the narrower rule.
 */
const TICKED_TEXTS: ReadonlySet<string> = new Set([
  ...['true', '1', 'yes', 'y', 'x', 'on', 'done', 'checked', 'enabled'],
  ...['[x]', '☑', '✅', '✓', '✔'],
]);

/**
 * Whether the value of a record's paid field means paid.
 *
 * A checkbox is `true`/`false` from PostgreSQL, `1`/`0` from SQLite and MySQL, `null` when never touched, and on SQLite
 * any text that somebody wrote into it. With `paidValues` the whole cell has to equal one of them, letter for letter;
 * a multi-select that holds a second option beside it does not count.
 *
 * @param paidValues the texts that mean paid; absent for a checkbox
 */
export function meansPaid(value: unknown, paidValues?: readonly string[]): boolean {
  if (paidValues !== undefined) {
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && paidValues.includes(text);
  }
  if (typeof value === 'string') return TICKED_TEXTS.has(value.trim().toLowerCase());
  return value === true || value === 1;
}

/**
 * The owner field's value as the text to compare a user id with.
 *
 * Numbers become their digits, a lookup with a single value becomes that value; white space around a text is dropped,
 * since no user id has any. Anything else stays recognisable, and equals no user id.
 *
 * @returns `null` when the field is empty
 */
export function ownerText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.trim() || null;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value) && value.length === 0) return null;
  if (Array.isArray(value) && value.length === 1) return ownerText(value[0]);
  return JSON.stringify(value);
}

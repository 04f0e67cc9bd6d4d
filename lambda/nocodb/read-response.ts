import { InvalidResponseError } from '../tracker/errors.ts';
import type { RequestContext, SourceRecord } from '../tracker/record-source.ts';
import type { JsonResponse } from './client.ts';

/**
 * Reads a successful response, and reports the end of its exchange.
 *
 * @param read one of the functions below, or made of them
 * @param countRecords the number of records to report @default none
 * @returns what `read` returns
 * @throws {InvalidResponseError} when `read` throws an {@link UnexpectedShapeError}, which becomes the `cause`
 */
export function readResponse<T>(
  { json, names, exchange }: JsonResponse,
  { report }: Pick<RequestContext, 'report'>,
  read: (json: unknown) => T,
  countRecords: (value: T) => number = () => 0,
): T {
  let value: T;
  try {
    value = read(json);
  } catch (error) {
    report({ ...exchange, outcome: 'failed', records: 0 });
    if (!(error instanceof UnexpectedShapeError)) throw error;
    throw new InvalidResponseError({
      ...names,
      problem: error.message,
      hint: 'See whether this is NocoDB, with its API v2 or v3, and whether a field was renamed.',
      cause: error,
    });
  }
  report({ ...exchange, outcome: 'ok', records: countRecords(value) });
  return value;
}

/** A response that is JSON, but not in the shape of NocoDB's API. */
export class UnexpectedShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A record without a field that was asked for: the field was renamed since its title was looked up. */
export class FieldAbsentError extends UnexpectedShapeError {}

/** The titles under which responses hold the fields, and the values that mean paid. */
export interface RecordFormat {
  readonly id: string;
  readonly paid: string;
  readonly owner?: string | undefined;
  readonly paidValues?: readonly string[] | undefined;
}

/**
 * Reads a list of records: `[{ Id, Paid }]`. Records whose id is `null` are left out: no payment can refer to them. They
 * exist where the id field is not the table's key.
 *
 * @throws {UnexpectedShapeError}
 */
export function readRecords(list: unknown, format: RecordFormat): SourceRecord[] {
  const rows = asList(list, 'the list of records').map((row) => asObject(row, 'a record'));
  return rows.filter((row) => row[format.id] !== null).map((row) => readRecord(row, format));
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
 * NocoDB's own page shows a box as ticked for *any* text except `''`, `'0'` and `'false'`
 * (packages/nc-gui/components/cell/Checkbox/Readonly.vue), even for `no`. Payments follow the narrower rule.
 */
const TICKED_TEXTS: ReadonlySet<string> = new Set([
  ...['true', '1', 'yes', 'y', 'x', 'on', 'done', 'checked', 'enabled'],
  ...['[x]', '☑', '✅', '✓', '✔'],
]);

/**
 * Whether the value of a record's paid field means paid.
 *
 * A checkbox is `true`/`false` from PostgreSQL, `1`/`0` from SQLite and MySQL, `null` when nobody ever set it, and on
 * SQLite any text that a program wrote into it. With `paidValues` the whole cell has to equal one of them, letter for
 * letter: a multi-select that holds a second option does not count.
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
 * The value of the owner field as the text to compare a user id with.
 *
 * Numbers become their digits, and a lookup with a single value becomes that value. White space around a text is
 * removed, because no user id has any. Everything else becomes JSON, which equals no user id.
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

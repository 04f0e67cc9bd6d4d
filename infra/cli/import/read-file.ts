import { extname } from 'node:path';
import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { type PaymentKey, parseRecordId, parseUserId } from '../../../lambda/tracker/payment.ts';
import { UsageError } from '../errors.ts';
import { parseCsv } from './parse-csv.ts';
import { parseJson } from './parse-json.ts';

/** Rows that are registered together: enough to keep all writers busy, few enough for the bar to move. */
const BATCH = 200;

export interface FileOptions {
  /** Name of the user's column, when it was given. */
  readonly userField: string | undefined;
  /** Line to go on after. */
  readonly after: number;
}

export interface FileImport {
  /** Rows to import, bad ones included. */
  readonly total: number;
  readonly batches: Iterable<ImportBatch>;
}

/**
 * Reads the payments in a file: JSON when it is called so or looks so, otherwise CSV.
 *
 * @param name of the file, for its ending
 * @throws {UsageError} when it is neither
 */
export function readImportFile(name: string, text: string, { userField, after }: FileOptions): FileImport {
  const isJson = extname(name).toLowerCase() === '.json' || /^\s*\[\s*\{/.test(text);
  const batch = isJson ? parseJson(text, userField) : parseCsv(text, userField);
  const isLeft = ({ place }: { readonly place: Place }) => 'line' in place && place.line > after;
  const [rows, bad] = [batch.rows.filter(isLeft), batch.bad.filter(isLeft)];
  const total = rows.length + bad.length;
  if (total === 0)
    throw new UsageError(
      `There is no payment in ${name}${after > 0 ? ` after line ${after}` : ''}`,
      'import',
    );
  return { total, batches: split(rows, bad) };
}

function* split(rows: ImportBatch['rows'], bad: readonly BadRow[]): Iterable<ImportBatch> {
  if (bad.length > 0) yield { rows: [], bad };
  for (let start = 0; start < rows.length; start += BATCH) {
    yield { rows: rows.slice(start, start + BATCH), bad: [] };
  }
}

/** Where a row stands: on a line of a file, or in a record of NocoDB. Rows come in the order of their places. */
export type Place = { readonly line: number } | { readonly record: string };

/** A payment to import. */
export interface ImportRow extends PaymentKey {
  readonly place: Place;
}

/** A row that cannot be imported, and why. */
export interface BadRow {
  readonly place: Place;
  readonly reason: string;
}

/** @example formatPlace({ line: 7 }) // 'line 7' */
export function formatPlace(place: Place): string {
  return 'line' in place ? `line ${place.line}` : `record ${place.record}`;
}

/** Rows that are read together. */
export interface ImportBatch {
  readonly rows: readonly ImportRow[];
  readonly bad: readonly BadRow[];
}

/** Sorts raw ids into rows that can be imported and rows that cannot. */
export class BatchBuilder {
  readonly #rows: ImportRow[] = [];
  readonly #bad: BadRow[] = [];

  add(place: Place, userId: unknown, recordId: unknown): void {
    try {
      this.#rows.push({ place, ...parseIds(userId, recordId) });
    } catch (error) {
      if (!(error instanceof InvalidIdError)) throw error;
      this.refuse(place, error.message);
    }
  }

  refuse(place: Place, reason: string): void {
    this.#bad.push({ place, reason });
  }

  build(): ImportBatch {
    return { rows: this.#rows, bad: this.#bad };
  }
}

/** The parsers take anything and refuse what is neither text nor a number. */
function parseIds(userId: unknown, recordId: unknown): PaymentKey {
  return { userId: parseUserId(userId as string), recordId: parseRecordId(recordId as string) };
}

/** What people call the two columns, in lower case and without anything but letters and digits. */
const USER_NAMES = ['userid', 'user', 'tgid', 'telegramid', 'telegramuserid', 'chatid'];
const RECORD_NAMES = ['recordid', 'record', 'id', 'nocodbid', 'nocodbrecordid'];

/** Which columns hold the two ids. */
export interface Columns<Name> {
  readonly user: Name;
  readonly record: Name;
}

/** What was found among the names; `undefined` for what was not. */
export type FoundColumns = Columns<string | undefined>;

/**
 * Finds the columns by their names, however they are written: `userId`, `user_id`, `TG ID`.
 *
 * @param userField name of the user's column, when it was given
 */
export function findColumns(names: readonly string[], userField: string | undefined): FoundColumns {
  const find = (wanted: readonly string[]) =>
    wanted.map((name) => names.find((each) => normalize(each) === name)).find((name) => name !== undefined);
  return {
    user: userField === undefined ? find(USER_NAMES) : names.find((name) => name.trim() === userField.trim()),
    record: find(RECORD_NAMES),
  };
}

function normalize(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { type PaymentKey, parseRecordId, parseUserId } from '../../../lambda/tracker/payment.ts';

/** Where a row is: on a line of a file, or in a record of NocoDB. Rows are in the order of their places. */
export type Place = { readonly line: number } | { readonly record: string };

/** A payment to import. */
export interface ImportRow extends PaymentKey {
  readonly place: Place;
}

/** A row that cannot be imported. */
export interface BadRow {
  readonly place: Place;
  readonly reason: string;
}

/** Rows that were read together. */
export interface ImportBatch {
  readonly rows: readonly ImportRow[];
  readonly bad: readonly BadRow[];
}

/** @example formatPlace({ line: 7 }) // 'line 7' */
export function formatPlace(place: Place): string {
  return 'line' in place ? `line ${place.line}` : `record ${place.record}`;
}

/** Makes a batch of raw ids: rows that are valid, and bad rows. */
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

/** The parsers take any value, and refuse what is neither a string nor a number. */
function parseIds(userId: unknown, recordId: unknown): PaymentKey {
  return { userId: parseUserId(userId as string), recordId: parseRecordId(recordId as string) };
}

/** Which columns or keys hold the two ids. */
export interface Columns<Name> {
  readonly user: Name;
  readonly record: Name;
}

/** Common names of the two columns, in lower case, letters and digits only. */
const USER_NAMES = ['userid', 'user', 'tgid', 'telegramid', 'telegramuserid', 'chatid'];
const RECORD_NAMES = ['recordid', 'record', 'id', 'nocodbid', 'nocodbrecordid'];

/**
 * Finds the columns by their names, in any notation: `userId`, `user_id`, `TG ID`.
 *
 * @param userField name of the user's column, if it is given
 * @returns `undefined` for a column that is not found
 */
export function findColumns(
  names: readonly string[],
  userField: string | undefined,
): Columns<string | undefined> {
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

import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { type PaymentKey, parseRecordId, parseUserId } from '../../../lambda/tracker/payment.ts';

/**
 * Where a row is: on a line of a CSV file, in an entry of a JSON list (from 1), or in a record of NocoDB. Rows are in the
 * order of their places.
 */
export type Place = { readonly line: number } | { readonly entry: number } | { readonly record: string };

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

/** The payments of a file, and how it was understood. */
export interface ParsedFile extends ImportBatch {
  /** `CSV with semicolons and a header`. */
  readonly format: string;
  /** Where the ids are: `column "TG ID"`. Absent if nothing has them. */
  readonly fields: { readonly userId: string; readonly recordId: string } | undefined;
}

/** @example formatPlace({ line: 7 }) // 'line 7' */
export function formatPlace(place: Place): string {
  const [[kind, which] = []] = Object.entries(place);
  return `${kind} ${which}`;
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

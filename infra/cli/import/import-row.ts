import { InvalidIdError } from '../../../lambda/tracker/errors.ts';
import { parseRecordId, parseUserId } from '../../../lambda/tracker/ids.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';

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

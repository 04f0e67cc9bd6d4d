// For projects whose `lib` is older: it declares AggregateError.
/// <reference lib="es2021.promise" preserve="true" />
import type { InvalidIdError } from '../tracker/errors.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { TrackResult } from '../tracker/payment-store.ts';

/** Lines that an error's message shows; it counts the rest. */
const MAX_SHOWN_LINES = 10;

/** A row of a list whose ids are not valid. */
export interface InvalidRow {
  /** Position in the list, from 0. */
  readonly index: number;
  readonly error: InvalidIdError;
}

/** Rows of the list passed to `trackMany` are not valid. The error names all of them; nothing was written. */
export class InvalidPaymentsError extends AggregateError {
  readonly rows: readonly InvalidRow[];

  constructor(rows: readonly InvalidRow[], total: number) {
    super(
      rows.map(({ error }) => error),
      `track payments: ${rows.length} of ${total} are not valid, and none was written. Correct them and repeat. ${shorten(
        rows.map(({ index, error }) => `row ${index}: ${error.message}`),
      )}`,
    );
    this.name = new.target.name;
    this.rows = rows;
  }
}

/** A payment of the list that could not be written. */
export interface FailedPayment extends PaymentKey {
  /** Position in the list, from 0. */
  readonly index: number;
  readonly error: unknown;
}

/** A payment of the list that was written. */
export interface TrackedPayment extends PaymentKey, TrackResult {}

/** Some payments of the list passed to `trackMany` could not be written; all others were written. */
export class TrackManyError extends AggregateError {
  readonly failed: readonly FailedPayment[];
  readonly tracked: readonly TrackedPayment[];

  constructor(failed: readonly FailedPayment[], tracked: readonly TrackedPayment[]) {
    super(
      failed.map(({ error }) => error),
      `track payments: ${failed.length} of ${failed.length + tracked.length} could not be written; the others are tracked. Repeat the whole list or only these, both are safe. ${shorten(
        failed.map(
          ({ userId, recordId, error }) => `user ${userId}, record ${recordId}: ${messageOf(error)}`,
        ),
      )}`,
      { cause: failed[0]?.error },
    );
    this.name = new.target.name;
    this.failed = failed;
    this.tracked = tracked;
  }
}

function shorten(lines: readonly string[]): string {
  const rest = lines.length - MAX_SHOWN_LINES;
  return [...lines.slice(0, MAX_SHOWN_LINES), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

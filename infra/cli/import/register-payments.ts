import { type PaymentTracker, type TrackedPayment, TrackManyError } from '../../../lambda/client/index.ts';
import { CommandError } from '../console/errors.ts';
import { colour, formatCount, plural, print, type Terminal } from '../console/terminal.ts';
import type { UnderstoodFile } from './read-file.ts';
import { type BadRow, formatPlace, type ImportBatch, type ImportRow, type Place } from './rows.ts';

/** The result of an import: numbers of payments, and the rows that were left out. */
export interface ImportReport {
  /** Payments that are new. */
  readonly created: number;
  /** Payments that were pending before. */
  readonly renewed: number;
  readonly alreadyPaid: number;
  /** Rows with the same payment as an earlier row. */
  readonly duplicates: number;
  /** Rows that are not valid. */
  readonly bad: readonly BadRow[];
  /** Rows that could not be written. */
  readonly failed: readonly BadRow[];
}

/** Tracks payments batch by batch and counts the results. A payment that cannot be tracked does not stop the others. */
export class PaymentRegistration {
  readonly #payments: Pick<PaymentTracker, 'trackMany'>;
  readonly #seen = new Set<string>();
  readonly #tracked = { created: 0, renewed: 0, alreadyPaid: 0 };
  readonly #bad: BadRow[] = [];
  readonly #failed: BadRow[] = [];
  #duplicates = 0;
  #last: Place | undefined;

  constructor(payments: Pick<PaymentTracker, 'trackMany'>) {
    this.#payments = payments;
  }

  /** Number of rows that are done, including bad ones. */
  get done(): number {
    const { created, renewed, alreadyPaid } = this.#tracked;
    return created + renewed + alreadyPaid + this.#duplicates + this.#bad.length + this.#failed.length;
  }

  /** All rows up to this place are done. `undefined` before the first batch. */
  get last(): Place | undefined {
    return this.#last;
  }

  /** @throws {CommandError} when no row of the batch could be written: the next batches would fail as well */
  async add({ rows, bad }: ImportBatch): Promise<void> {
    this.#bad.push(...bad);
    const fresh = rows.filter((row) => this.#isNew(row));
    try {
      this.#count(await this.#payments.trackMany(fresh));
    } catch (error) {
      if (!(error instanceof TrackManyError)) throw error;
      if (error.tracked.length === 0) throw nothingWritten(error, fresh);
      this.#count(error.tracked);
      this.#failed.push(
        ...error.failed.map((failure) => ({
          place: (fresh[failure.index] as ImportRow).place,
          reason: failure.error instanceof Error ? failure.error.message : String(failure.error),
        })),
      );
    }
    this.#last = rows.at(-1)?.place ?? this.#last;
  }

  report(): ImportReport {
    return { ...this.#tracked, duplicates: this.#duplicates, bad: this.#bad, failed: this.#failed };
  }

  #isNew({ userId, recordId }: ImportRow): boolean {
    const key = JSON.stringify([userId, recordId]);
    if (this.#seen.has(key)) {
      this.#duplicates += 1;
      return false;
    }
    this.#seen.add(key);
    return true;
  }

  #count(tracked: readonly TrackedPayment[]): void {
    for (const { status, created } of tracked) {
      if (status === 'paid') this.#tracked.alreadyPaid += 1;
      else if (created) this.#tracked.created += 1;
      else this.#tracked.renewed += 1;
    }
  }
}

function nothingWritten(error: TrackManyError, rows: readonly ImportRow[]): CommandError {
  const [row] = rows;
  const reason = error.failed[0]?.error;
  const where = row === undefined ? '' : ` at ${formatPlace(row.place)}`;
  return new CommandError(
    `The import stopped${where}, because nothing could be written: ${reason instanceof Error ? reason.message.replace(/\.$/, '') : reason}`,
    'Repair that and repeat the import: payments that are tracked stay as they are.',
    error,
  );
}

/** Takes payments like the client, and writes nothing. */
export const DRY_RUN: Pick<PaymentTracker, 'trackMany'> = {
  trackMany: async (list) =>
    list.map(({ userId, recordId }) => ({
      userId: String(userId),
      recordId: String(recordId),
      status: 'pending',
      created: true,
    })),
};

/** Prints the report: the numbers as the result, the rows that were left out as errors. */
export function describeImport(
  report: ImportReport,
  context: { readonly out: Terminal; readonly err: Terminal; readonly json: boolean },
  { dryRun, understood }: { readonly dryRun: boolean; readonly understood: UnderstoodFile | undefined },
): void {
  const { created, renewed, alreadyPaid, duplicates, bad, failed } = report;
  const { err, json } = context;
  const tracked = created + renewed;
  const notes = [
    ...(renewed > 0 ? [`tracked before: ${formatCount(renewed)}`] : []),
    ...(alreadyPaid > 0 ? [`paid already: ${formatCount(alreadyPaid)}`] : []),
    ...(duplicates > 0 ? [`named twice: ${formatCount(duplicates)}`] : []),
  ];
  const more = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  print(
    context,
    { dryRun, ...(understood && { file: understood }), tracked, ...report },
    dryRun
      ? `📍 Would track ${plural(tracked, 'payment')}${more}; nothing was written`
      : `📍 Tracking ${plural(tracked, 'payment')}${more}`,
  );
  if (json) return;
  printRows('Rows that are not valid', bad, err);
  printRows('Rows that could not be written (repeat the import)', failed, err);
}

/** Rows that are printed. The others are only counted. */
const MAX_ROWS_PRINTED = 50;

function printRows(title: string, rows: readonly BadRow[], err: Terminal): void {
  if (rows.length === 0) return;
  err.write(`${colour(err, 'red', '✖')} ${title}: ${formatCount(rows.length)}\n`);
  for (const { place, reason } of rows.slice(0, MAX_ROWS_PRINTED)) {
    err.write(`  ${formatPlace(place)}: ${reason}\n`);
  }
  const rest = rows.length - MAX_ROWS_PRINTED;
  if (rest > 0) err.write(`  and ${formatCount(rest)} more (--json has them all)\n`);
}

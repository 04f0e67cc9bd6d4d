import { type TrackedPayment, TrackManyError } from '../../../lambda/client/index.ts';
import type { Payments } from '../context.ts';
import { CommandError } from '../errors.ts';
import { colour, formatCount, print, type Terminal } from '../terminal.ts';
import { type BadRow, formatPlace, type ImportBatch, type ImportRow, type Place } from './read-file.ts';

/** What an import came to. */
export interface ImportReport {
  /** Payments that were not known before. */
  readonly created: number;
  /** Payments that were known, and go on waiting. */
  readonly renewed: number;
  readonly alreadyPaid: number;
  /** Rows that name a payment which another row has named. */
  readonly duplicates: number;
  /** Rows that are not valid. */
  readonly bad: readonly BadRow[];
  /** Rows that could not be written. */
  readonly failed: readonly BadRow[];
}

/** Tracks payments batch by batch, and counts. One that cannot be tracked does not stop the others. */
export class PaymentRegistration {
  readonly #payments: Pick<Payments, 'trackMany'>;
  readonly #seen = new Set<string>();
  readonly #tracked = { created: 0, renewed: 0, alreadyPaid: 0 };
  readonly #bad: BadRow[] = [];
  readonly #failed: BadRow[] = [];
  #duplicates = 0;
  #last: Place | undefined;

  constructor(payments: Pick<Payments, 'trackMany'>) {
    this.#payments = payments;
  }

  /** Rows dealt with so far. */
  get done(): number {
    const { created, renewed, alreadyPaid } = this.#tracked;
    return created + renewed + alreadyPaid + this.#duplicates + this.#bad.length + this.#failed.length;
  }

  /** The last place up to which everything is dealt with; `undefined` before the first. */
  get last(): Place | undefined {
    return this.#last;
  }

  /** @throws {CommandError} when no row of the batch could be written: then the others would fail as well */
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
    'Repeat it when that is mended: what is tracked already stays as it is.',
    error,
  );
}

/** Bad rows shown before the rest is only counted; `--json` has them all. */
const SHOWN = 50;

/** Tells what an import came to: the counts as a result, the rows left out as complaints. */
export function describeImport(
  report: ImportReport,
  context: { readonly out: Terminal; readonly err: Terminal; readonly json: boolean },
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
  print(context, { tracked, ...report }, `📍 Tracking ${formatCount(tracked)} payments${more}`);
  if (json) return;
  complain('Rows that are not valid', bad, err);
  complain('Rows that could not be written (repeat the import)', failed, err);
}

function complain(title: string, rows: readonly BadRow[], err: Terminal): void {
  if (rows.length === 0) return;
  err.write(`${colour(err, 'red', '✖')} ${title}: ${formatCount(rows.length)}\n`);
  for (const { place, reason } of rows.slice(0, SHOWN)) {
    err.write(`  ${formatPlace(place)}: ${reason}\n`);
  }
  if (rows.length > SHOWN)
    err.write(`  and ${formatCount(rows.length - SHOWN)} more (--json has them all)\n`);
}

import { SourceChangedError } from './errors.ts';
import { nameOf, type PaymentKey } from './payment.ts';
import type { PendingPayments, TimeSpan } from './pending-payments.ts';
import type { TableName } from './record-source.ts';

/** The NocoDB table that the settings name. */
export interface WatchedTable {
  /** `m…` */
  readonly id: string;
  /** Whether a record confirms only the payment of its owner. Then no record of another table can confirm a wrong one. */
  readonly comparesOwners: boolean;
}

/** A time in which the tracker watched one table. It ends where the next one begins. */
export interface WatchedPeriod extends Partial<TableName> {
  /** Id of the table. */
  readonly table: string;
  /** Epoch milliseconds. 0 for the first one: everything tracked before belongs to its table. */
  readonly since: number;
}

/** How many periods are remembered. Payments from before them belong to no table. */
const MAX_PERIODS = 10;

/**
 * The periods after a tick that watches a table.
 *
 * @param control what earlier ticks remember
 * @param table id of the table
 * @param now epoch milliseconds
 * @returns the periods as they were when the table is the same
 */
export function watchTable(
  control: {
    readonly watched?: readonly WatchedPeriod[];
    readonly pending?: number;
    readonly lastTickAt?: number;
  },
  table: string,
  now: number,
): readonly WatchedPeriod[] {
  const { watched, pending, lastTickAt = now } = control;
  if (watched === undefined) return [{ table, since: 0 }];
  if (watched.at(-1)?.table === table) return watched;
  // With nothing pending, the loop may have rested since the change: what was tracked meanwhile belongs to the new table.
  const since = pending === 0 ? lastTickAt : now;
  return [...watched, { table, since }].slice(-MAX_PERIODS);
}

/**
 * When the payments of a table were tracked.
 *
 * @returns `undefined` when the tracker has watched no other table, so that every payment is one of this table
 */
export function spansOf(watched: readonly WatchedPeriod[], table: string): readonly TimeSpan[] | undefined {
  if (watched.every((period) => period.table === table) && watched[0]?.since === 0) return undefined;
  return watched.flatMap((period, index) => {
    const next = watched[index + 1];
    return period.table === table ? [{ from: period.since, ...(next && { until: next.since }) }] : [];
  });
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * Tells which payments are held: they were tracked while the tracker watched another table, whose records have the same
 * ids as those of this one, but are about other payments. Nothing is decided about them.
 *
 * When a payment was tracked is read from the table, and only if the tracker has watched another one.
 */
export class TableGuard {
  /** `undefined`: no payment is held. */
  readonly spans: readonly TimeSpan[] | undefined;
  readonly #payments: Pick<PendingPayments, 'trackedAt'>;
  readonly #known = new Map<string, number>();

  constructor(
    watched: readonly WatchedPeriod[] | undefined,
    table: WatchedTable | undefined,
    payments: Pick<PendingPayments, 'trackedAt'>,
  ) {
    const isOpen = watched === undefined || table === undefined || table.comparesOwners;
    this.spans = isOpen ? undefined : spansOf(watched, table.id);
    this.#payments = payments;
  }

  /** Those of the payments that are held, by `nameOf`. @throws {TrackerError} when the table cannot be read */
  async heldAmong(payments: readonly PaymentKey[]): Promise<ReadonlySet<string>> {
    const { spans } = this;
    if (spans === undefined) return NOBODY;
    const unknown = payments.filter((payment) => !this.#known.has(nameOf(payment)));
    for (const [name, trackedAt] of await this.#payments.trackedAt(unknown)) this.#known.set(name, trackedAt);
    const isHeld = (name: string) => {
      const at = this.#known.get(name);
      // One that is not there any more cannot be confirmed.
      return at !== undefined && !spans.some(({ from, until = Infinity }) => from <= at && at < until);
    };
    return new Set(payments.map(nameOf).filter(isHeld));
  }
}

/** The error that tells that payments are held, and what people can do. */
export function sourceChanged(held: number, watched: readonly WatchedPeriod[] = []): SourceChangedError {
  const [current, ...others] = watched.toReversed();
  const before = others.filter(({ table }) => table !== current?.table).map(describeTable);
  return new SourceChangedError({
    operation: 'confirm payments',
    target: `NocoDB table ${current === undefined ? '' : describeTable(current)}`,
    problem: `${held} pending payments were tracked while the tracker watched ${[...new Set(before)].join(' or ')}, and are not confirmed`,
    hint: 'If they belong to the new table, run payment-tracker accept-table. If not, set NOCODB_TABLE_ID back. Payments tracked since the change are confirmed.',
  });
}

/** How messages name a table: `Payments of base p1 (m1)`, or only its id. */
export function describeTable({ table, title, base }: WatchedPeriod): string {
  if (title === undefined) return table;
  return `${title}${base === undefined ? '' : ` of base ${base}`} (${table})`;
}

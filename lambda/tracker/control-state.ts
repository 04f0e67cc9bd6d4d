import type { BatchSize } from './batch-size.ts';
import type { ErrorKind } from './errors.ts';
import { isDue } from './interval.ts';
import type { MonthlyRequests } from './month.ts';
import type { PendingPayment } from './pending-payments.ts';
import type { WatchedPeriod } from './watched-table.ts';

/** Port: the control item, whose condition lets one tick through at a time. Every method is one conditional write. */
export interface Gate {
  /**
   * Takes the gate for `lease` milliseconds, if no tick holds it and no penalty is running:
   * IF absent OR (`nextAllowedAt <= now` AND no `blockedUntil` after now).
   *
   * A value that no tick writes (`nextAllowedAt` beyond `LONGEST_HOLD_MS`, `blockedUntil` beyond `LONGEST_PENALTY_MS`) is
   * passed over and replaced. Otherwise a clock that was wrong once could stop the tracker for years.
   */
  acquire(request: { owner: string; now: number; lease: number }): Promise<GateAnswer>;

  /**
   * Gives the gate back and records the tick, IF `owner` still holds it.
   *
   * @returns false when the lease ran out and another tick took over: nothing was written
   */
  finish(report: TickReport): Promise<boolean>;

  /** Sets the shared penalty: `blockedUntil` becomes the later of its value and `until`. Whoever holds the gate. */
  block(until: number): Promise<void>;
}

export type GateAnswer =
  | {
      readonly granted: true;
      readonly control: ControlState;
      /** The values that were passed over because no tick writes such values; absent: none. */
      readonly passedOver?: { readonly nextAllowedAt?: string; readonly blockedUntil?: string };
    }
  | {
      readonly granted: false;
      readonly reason: 'held' | 'blocked';
      readonly until: number;
      /** As in the control state. */
      readonly lastSuccessAt?: number;
      /** The kind of error that the penalty follows; absent: unknown. */
      readonly cause?: ErrorKind;
    };

/** What the control item remembers from tick to tick. Every field is absent before the first tick that sets it. */
export interface ControlState {
  /** All statuses are at least as fresh as this, epoch milliseconds: the age of the data is counted from here. */
  readonly lastSuccessAt?: number;
  /** No request may be sent before this, epoch milliseconds. */
  readonly blockedUntil?: number;
  /** Whether the server has `bulk/datalist`, and when that was learned (epoch milliseconds). */
  readonly bulkList?: { readonly supported: boolean; readonly learnedAt: number };
  /** How many ids a request may hold; absent: the largest number. */
  readonly batchSize?: BatchSize;
  /** A record id that the server has accepted in a query. */
  readonly acceptedId?: string;
  /** The current sweep; absent when the last tick completed one. */
  readonly sweep?: SweepState;
  /** When the last complete sweep began, epoch milliseconds. */
  readonly sweptAt?: number;
  /** Whether the last sweep took more than one tick. Then every tick asks for news and newcomers first. */
  readonly isPartial?: boolean;
  readonly news?: NewsState;
  /** Where the next tick continues with the newcomers; absent: at the beginning. */
  readonly newcomers?: Position;
  /** Payments that were pending after the last tick, as far as it knew. */
  readonly pending?: number;
  readonly audit?: AuditState;
  /** When the server was seen to have API v3, and no v2; epoch milliseconds. */
  readonly withoutV2Since?: number;
  readonly givenUp?: GivenUpState;
  /** Pending payments that are held because they belong to another table, as of the last sweep. */
  readonly held?: number;
  /** Requests to NocoDB in the calendar month of the last tick. */
  readonly month?: MonthlyRequests;
  /** The tables that the tracker has watched, the current one last. Absent before the first tick. */
  readonly watched?: readonly WatchedPeriod[];
  /** When a tick last ended, whether it succeeded or not; epoch milliseconds. */
  readonly lastTickAt?: number;
  /** When the webhook last reported a paid record, epoch milliseconds. */
  readonly reportedAt?: number;
  /** Payments in a row that ticks confirmed although the webhook should have reported them; absent: none. */
  readonly unreported?: number;
  /** When a payment was last tracked, epoch milliseconds. Only noted where the loop ticks when a tick is due, see `wake`. */
  readonly wokenAt?: number;
  /** Names the table and the fields that the last tick asked, see `TickSettings`. */
  readonly source?: string;
  /** How many successful ticks in a row found nothing pending. At {@link RESTING_AFTER} the loop rests. */
  readonly emptyTicks: number;
  readonly counters: Counters;
}

/** How far a walk through the index is. */
export interface Position {
  /** The last payment that was asked for; absent: none yet. */
  readonly after?: PendingPayment;
  /** The number of record ids after it among which a bad one is being isolated. */
  readonly alone?: number;
}

/** A walk through all pending payments, which asks NocoDB for each by its record id. */
export interface SweepState extends Position {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Payments that were asked for and are pending. */
  readonly counted: number;
  /** Whether an error left some payments without an answer, so that the sweep does not count as complete. */
  readonly hasGap?: boolean;
  /** Payments that were passed because they are held. */
  readonly held?: number;
}

/** What is known about changes in the NocoDB table. */
export interface NewsState {
  /** The server's clock minus the tracker's, milliseconds. */
  readonly clockSkew?: number;
  /** A change query whose pages one tick could not read to the end. Times are by the server's clock. */
  readonly query?: { readonly since: number; readonly startedAt: number; readonly after: string };
  /** When the tracker found that the table does not keep when its records change, epoch milliseconds. */
  readonly unsupportedAt?: number;
}

/** The last audit that began: a sweep that asks which records exist. */
export interface AuditState {
  /** Counts audits; a miss counts in a row only when it follows a miss in the audit before. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether it is running. */
  readonly isRunning?: boolean;
  /** The last payment that was asked for; absent: none yet. */
  readonly after?: PendingPayment;
  /** How many ids a request of an audit may hold; absent: the largest number. */
  readonly batchSize?: BatchSize;
}

/** The last walk through the payments that are given up. */
export interface GivenUpState extends Position {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether the next tick continues it. */
  readonly isRunning?: boolean;
  /** How many ids a request may hold; absent: the largest number. */
  readonly batchSize?: BatchSize;
}

/** Totals since the table was created. */
export interface Counters {
  /** Ticks that succeeded. */
  readonly updates: number;
  readonly failures: number;
  readonly confirmed: number;
  readonly requests: number;
  readonly requestsOk: number;
  readonly requestsFailed: number;
  readonly requestsRateLimited: number;
}

/** The parts of the control state that each tick writes. */
export type TickMemory = {
  readonly [Name in
    | 'bulkList'
    | 'batchSize'
    | 'acceptedId'
    | 'sweep'
    | 'sweptAt'
    | 'isPartial'
    | 'news'
    | 'newcomers'
    | 'audit'
    | 'withoutV2Since'
    | 'givenUp'
    | 'held'
    | 'month']: ControlState[Name] | undefined;
};

/** What a tick writes into the control item. */
export interface TickReport {
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The gate opens again then, epoch milliseconds. */
  readonly nextAllowedAt: number;
  readonly intervalSeconds: number;
  /** Payments still pending after the tick. */
  readonly pending: number;
  /** Distinct users whose payments the tick got an answer for. */
  readonly usersUpdated: number;
  /** Added to the totals. */
  readonly counters: Counters;
  /** The new `lastSuccessAt`; absent when it stays. */
  readonly lastSuccessAt?: number;
  /** Absent: it succeeded. */
  readonly error?: { readonly kind: ErrorKind; readonly message: string };
  /** For the next tick. An `undefined` part is removed. */
  readonly memory: TickMemory;
  /** Absent: it stays. */
  readonly source?: string;
  /** Absent: it stays. Ticks write it only when they change it, so that they do not undo what people agree to. */
  readonly watched?: readonly WatchedPeriod[];
  /** Added to `unreported`; `undefined`: there is no webhook, and the number is removed. */
  readonly unreported: number | undefined;
  /** True: adds one to `emptyTicks`; false: sets it to 0. */
  readonly empty: boolean;
}

/** Nothing counted yet. */
export const NO_COUNTERS: Counters = {
  updates: 0,
  failures: 0,
  confirmed: 0,
  requests: 0,
  requestsOk: 0,
  requestsFailed: 0,
  requestsRateLimited: 0,
};

/**
 * After this many consecutive empty ticks the loop rests until a payment is tracked. One is not enough, because the index of
 * pending payments is eventually consistent: a payment that is tracked just before an empty tick appears in the next.
 */
export const RESTING_AFTER = 3;

/**
 * The control state without what ticks learned about another source: the position of the sweep, bulk lists, the size of
 * requests. The counters, the age of the data and the tables that were watched stay.
 *
 * One audit number is skipped, so that misses in the other source and in this one are not consecutive.
 *
 * @param source names the current source; `undefined`: it never changes
 * @param now epoch milliseconds
 */
export function forgetOtherSource(
  control: ControlState,
  source: string | undefined,
  now: number,
): ControlState {
  if (source === undefined || control.source === undefined || control.source === source) return control;
  const { blockedUntil, lastSuccessAt, pending, audit, month, watched, lastTickAt, emptyTicks, counters } =
    control;
  return {
    emptyTicks,
    counters,
    ...(blockedUntil !== undefined && { blockedUntil }),
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(pending !== undefined && { pending }),
    ...(audit !== undefined && { audit: { number: audit.number + 1, startedAt: now } }),
    ...(month !== undefined && { month }),
    ...(watched !== undefined && { watched }),
    ...(lastTickAt !== undefined && { lastTickAt }),
  };
}

/** Whether a bad record id is being isolated. */
export function isIsolating({ newcomers, sweep }: Pick<ControlState, 'newcomers' | 'sweep'>): boolean {
  return newcomers?.alone !== undefined || sweep?.alone !== undefined;
}

/** When to try bulk lists again on a server that had none: after an hour, in milliseconds. */
const LEARN_BULK_LIST_AGAIN_AFTER = 60 * 60_000;

/** Whether the server has bulk lists; `undefined`: unknown, so that they are tried. */
export function knownBulkList(known: ControlState['bulkList'], now: number): boolean | undefined {
  if (known === undefined || known.supported) return known?.supported;
  return isDue(known.learnedAt, LEARN_BULK_LIST_AGAIN_AFTER, now) ? undefined : false;
}

/** What to remember about bulk lists after a tick. */
export function learnedBulkList(
  known: ControlState['bulkList'],
  learned: boolean | undefined,
  now: number,
): ControlState['bulkList'] {
  if (learned === undefined || learned === knownBulkList(known, now)) return known;
  return { supported: learned, learnedAt: now };
}

/**
 * The age of the data: every status is at least this fresh.
 *
 * @param now epoch milliseconds
 * @returns `dataAgeSeconds`, with fractions, or nothing before the first successful tick
 */
export function dataAge(
  { lastSuccessAt }: Pick<ControlState, 'lastSuccessAt'>,
  now: number,
): { readonly dataAgeSeconds?: number } {
  if (lastSuccessAt === undefined) return {};
  // The clock of the tick that wrote it may be ahead of this one.
  return { dataAgeSeconds: Math.max(0, now - lastSuccessAt) / 1000 };
}

/**
 * The age of the last complete sweep as events tell it: nothing before the first.
 *
 * @param now epoch milliseconds
 */
export function sweepAge(
  { sweptAt }: Pick<ControlState, 'sweptAt'>,
  now: number,
): { readonly sweepAgeSeconds?: number } {
  return sweptAt === undefined ? {} : { sweepAgeSeconds: Math.max(0, now - sweptAt) / 1000 };
}

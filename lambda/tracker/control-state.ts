import type { BatchSize } from './batch-size.ts';
import type { ErrorKind } from './errors.ts';
import type { PendingPayment } from './pending-payments.ts';

/** Port: the control item, whose condition lets one tick through at a time. Every method is one conditional write. */
export interface Gate {
  /**
   * Takes the gate for `lease` milliseconds, if nobody holds it and no penalty is running:
   * IF absent OR (`nextAllowedAt <= now` AND no `blockedUntil` after now).
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
  | { readonly granted: true; readonly control: ControlState }
  | {
      readonly granted: false;
      readonly reason: 'held' | 'blocked';
      readonly until: number;
      /** As in the control state. */
      readonly lastSuccessAt?: number;
    };

/** What the control item remembers from tick to tick. Every field is absent before the first tick that sets it. */
export interface ControlState {
  /** All statuses are at least as fresh as this, epoch milliseconds: the age of the data is counted from here. */
  readonly lastSuccessAt?: number;
  /** No request may be sent before this, epoch milliseconds. */
  readonly blockedUntil?: number;
  /** Whether the server has `bulk/datalist`, and when that was learned (epoch milliseconds). */
  readonly bulkList?: { readonly supported: boolean; readonly learnedAt: number };
  /** How many ids a request may carry; absent: the most. */
  readonly batchSize?: BatchSize;
  /** A record id that the server has accepted in a query. */
  readonly acceptedId?: string;
  /** The sweep under way; absent when the last tick ended one. */
  readonly sweep?: SweepState;
  /** When the last complete sweep began, epoch milliseconds: everything pending was asked for by id since. */
  readonly sweptAt?: number;
  /** The last sweep took more than one tick: every tick asks for news and newcomers before it goes on with the sweep. */
  readonly isPartial?: boolean;
  readonly news?: NewsState;
  /** Where the next tick goes on with the newcomers; absent: at their beginning. */
  readonly newcomers?: Position;
  /** Payments pending, as far as the last tick knew. */
  readonly pending?: number;
  readonly audit?: AuditState;
  /** Names the table and the fields that the last tick asked, see `TickSettings`. */
  readonly source?: string;
  /** How many successful ticks in a row found nothing pending. At {@link RESTING_AFTER} the loop rests. */
  readonly emptyTicks: number;
  readonly counters: Counters;
}

/** How far a walk through the index came. */
export interface Position {
  /** The last payment that was asked for; absent: none yet. */
  readonly after?: PendingPayment;
  /** How many record ids from there form a batch of their own: a bad id is being isolated among them. */
  readonly alone?: number;
}

/** A walk through all pending payments, which asks NocoDB for each by its record id. */
export interface SweepState extends Position {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Payments that were asked for and are pending. */
  readonly counted: number;
  /** Some were left out, because an error came when they were asked for: the sweep does not count as complete. */
  readonly hasGap?: boolean;
}

/** What is known of changes in the NocoDB table. */
export interface NewsState {
  /** The server's clock minus the tracker's, milliseconds. */
  readonly clockSkew?: number;
  /** The pages of a change query that one tick could not read to their end. Times by the server's clock. */
  readonly query?: { readonly since: number; readonly startedAt: number; readonly after: string };
  /** When the table was found to keep no times of changes, epoch milliseconds. */
  readonly unsupportedAt?: number;
}

/** The last audit that began: a sweep that asks which records exist. */
export interface AuditState {
  /** Counts audits; a miss counts in a row only when it follows a miss in the audit before. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether it is under way. */
  readonly isRunning?: boolean;
  /** The last payment that was asked for; absent: none yet. */
  readonly after?: PendingPayment;
  /** How many ids a request of an audit may carry; absent: the most. */
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

/** The parts of the control state that each tick writes anew. */
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
    | 'audit']: ControlState[Name] | undefined;
};

/** What a tick leaves in the control item. */
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
  /** What to remember for the next tick; what is `undefined` is forgotten. */
  readonly memory: TickMemory;
  /** Absent: it stays. */
  readonly source?: string;
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
 * After so many empty ticks in a row the loop rests until something is tracked. More than one, because the index that
 * lists what is pending is eventually consistent: a payment tracked just before an empty tick shows in the next.
 */
export const RESTING_AFTER = 3;

/**
 * What ticks remember, without what they learned about another source than the one at hand: how far a sweep came, whether
 * there is a bulk list, how much a request may carry. Counters stay, and so does the age of the data.
 *
 * An audit is left out of the count, so that a record missed in the other source is not taken for missed twice in a row.
 *
 * @param source the source at hand; `undefined`: it never changes
 * @param now epoch milliseconds
 */
export function forgetOtherSource(
  control: ControlState,
  source: string | undefined,
  now: number,
): ControlState {
  if (source === undefined || control.source === undefined || control.source === source) return control;
  const { blockedUntil, lastSuccessAt, pending, audit, emptyTicks, counters } = control;
  return {
    emptyTicks,
    counters,
    ...(blockedUntil !== undefined && { blockedUntil }),
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(pending !== undefined && { pending }),
    ...(audit !== undefined && { audit: { number: audit.number + 1, startedAt: now } }),
  };
}

/** A server without bulk lists is asked again after so long whether it has them now: an hour, in milliseconds. */
const LEARN_BULK_LIST_AGAIN_AFTER = 60 * 60_000;

/** Whether the server has bulk lists; `undefined`: to be found out (again). */
export function knownBulkList(known: ControlState['bulkList'], now: number): boolean | undefined {
  if (known === undefined || known.supported) return known?.supported;
  return now - known.learnedAt < LEARN_BULK_LIST_AGAIN_AFTER ? false : undefined;
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

import type { ErrorKind } from './errors.ts';

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
  /** Where the next tick's questions start. */
  readonly cursor?: Cursor;
  /** Whether the server has `bulk/datalist`, and when that was learned (epoch milliseconds). */
  readonly bulkList?: { readonly supported: boolean; readonly learnedAt: number };
  /** The round under way; absent when the last tick ended one. */
  readonly round?: Round;
  readonly audit?: AuditState;
  /** Names the table and the fields that the last tick asked, see `TickSettings`. */
  readonly source?: string;
  /** How many successful ticks in a row found nothing pending. At {@link RESTING_AFTER} the loop rests. */
  readonly emptyTicks: number;
  readonly counters: Counters;
}

/** Where questions start when the last tick could not ask all of them. */
export interface Cursor {
  /** The first record id to ask for, in the order of the ids. */
  readonly from: string;
  /** How many ids from there form a question of their own: the tick was busy isolating a bad id among them. */
  readonly alone?: number;
}

/**
 * One turn of asking for everything pending. A round is one tick, unless the server is too slow for that: then the
 * next ticks go on with it, and the data is only as fresh as its start.
 */
export interface Round {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** How many records have been answered for so far. */
  readonly answered: number;
  /** The number of the audit, in a round that asks which records exist instead of which are paid. */
  readonly audit?: number;
}

/** The last audit begun. */
export interface AuditState {
  /** Counts audits; a miss counts in a row only when it follows a miss in the audit before. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
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
  /** `undefined` removes what is remembered, here and below. */
  readonly cursor: Cursor | undefined;
  readonly round: Round | undefined;
  readonly bulkList: ControlState['bulkList'];
  readonly audit: AuditState | undefined;
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
 * What ticks remember, without what they learned about another source than the one at hand: where to go on asking,
 * how far a round came, whether there is a bulk list. Counters stay, and so does the age of the data.
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
  const { cursor: _cursor, round: _round, bulkList: _bulkList, audit, ...kept } = control;
  return { ...kept, ...(audit && { audit: { number: audit.number + 1, startedAt: now } }) };
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

/** How often an audit begins: 10 minutes, in milliseconds. */
export const AUDIT_EVERY = 10 * 60_000;

/** After so many audits in a row without its record, a payment is missing. */
export const MISSES_UNTIL_MISSING = 3;

/**
 * The round that a tick works on: the one under way, or a new one. A new one is an audit when the last audit began long
 * enough ago; the first round of all only starts that wait.
 *
 * @param every how often an audit begins, milliseconds
 */
export function currentRound(
  { round, audit }: Pick<ControlState, 'round' | 'audit'>,
  now: number,
  every: number,
): { readonly round: Round; readonly audit: AuditState } {
  if (audit === undefined)
    return { round: { startedAt: now, answered: 0 }, audit: { number: 0, startedAt: now } };
  if (round !== undefined) return { round, audit };
  if (now - audit.startedAt < every) return { round: { startedAt: now, answered: 0 }, audit };
  const number = audit.number + 1;
  return { round: { startedAt: now, answered: 0, audit: number }, audit: { number, startedAt: now } };
}

/**
 * The round after a tick: `undefined` once everything pending has been answered for.
 *
 * Ticks of a round ask for the ids in turn, so that as many answers as there are pending ids mean each had its turn.
 */
export function advanceRound(round: Round, answered: number, pending: number): Round | undefined {
  const total = round.answered + answered;
  return total >= pending ? undefined : { ...round, answered: total };
}

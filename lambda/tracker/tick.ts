import { askRecords, type RecordAnswer } from './ask-records.ts';
import { knownBulkList, learnedBulkList } from './bulk-list.ts';
import type { Clock } from './clock.ts';
import { dataAge } from './data-age.ts';
import { errorKind, RateLimitedError } from './errors.ts';
import type { Observer, TickSummary } from './events.ts';
import { type ControlState, type Gate, RESTING_AFTER, type TickReport } from './gate.ts';
import { nextAllowedAfter, nextSlot, timeLimits } from './interval.ts';
import type { PaymentKey } from './payment.ts';
import type { PendingPayments } from './pending-payments.ts';
import type { RecordSource } from './record-source.ts';
import { RequestTally } from './request-tally.ts';
import { AUDIT_EVERY, advanceRound, currentRound } from './round.ts';
import { type Settlement, settle } from './settle.ts';
import { forgetOtherSource } from './source-change.ts';

/** What a tick needs. */
export interface TickDependencies {
  readonly settings: TickSettings;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly payments: PendingPayments;
  readonly source: RecordSource;
  readonly observe: Observer;
  /** A name for the holder of the gate that no other tick has. */
  newOwner(): string;
}

export interface TickSettings {
  /** Whole seconds, 5 to 300. */
  readonly intervalSeconds: number;
  /** How often an audit begins, milliseconds. @default AUDIT_EVERY */
  readonly auditEvery?: number;
  /**
   * Names the table and the fields that are asked. When it changes, what was learned about the one before is forgotten.
   *
   * @default - the source never changes
   */
  readonly source?: string;
}

export type TickResult =
  | { readonly outcome: 'skipped'; readonly reason: 'held' | 'blocked'; readonly until: number }
  | {
      readonly outcome: 'done';
      readonly checked: number;
      readonly confirmed: number;
      readonly pending: number;
      /** Nothing has been pending for a while: there is no need to tick until something is tracked. */
      readonly resting: boolean;
    };

/**
 * One pass: takes the gate, lists what is pending, asks NocoDB which of it is paid, confirms that, gives the gate back.
 *
 * It may be called at any time and any number of times at once: the gate lets one pass through a slot, and every write
 * about a payment is conditional.
 *
 * @throws {TrackerError} what NocoDB or the table did; what was learned before it is written, and the next tick
 *   repeats the rest
 */
export async function tick(dependencies: TickDependencies): Promise<TickResult> {
  const { settings, clock, gate, observe } = dependencies;
  const owner = dependencies.newOwner();
  const now = clock.now();
  const lease = timeLimits(settings.intervalSeconds).leaseMilliseconds;
  const answer = await gate.acquire({ owner, now, lease });
  if (!answer.granted) {
    const { reason, until } = answer;
    observe({ type: 'tick.skipped', reason, until, ...dataAge(answer, now) });
    return { outcome: 'skipped', reason, until };
  }
  const control = forgetOtherSource(answer.control, settings.source, now);
  const pass = await checkPayments(dependencies, control, now);
  const report = reportOf(pass, { owner, now, settings });
  if (pass.error instanceof RateLimitedError) await gate.block(pass.error.retryAt);
  if (!(await gate.finish(report))) observe({ type: 'tick.leaseLost', owner });
  return conclude(pass, report, dependencies, control);
}

/** What a pass did and learned. */
interface Pass {
  readonly summary: Omit<TickSummary, 'milliseconds'>;
  readonly requests: RequestTally['counted'];
  /** What to remember for the next tick. */
  readonly memory: Pick<TickReport, 'cursor' | 'round' | 'bulkList' | 'audit'>;
  /** Since when everything is known, epoch milliseconds; absent when this pass did not complete a round. */
  readonly freshSince?: number;
  readonly error?: unknown;
}

async function checkPayments(
  dependencies: TickDependencies,
  control: ControlState,
  now: number,
): Promise<Pass> {
  const { settings, clock, payments, source, observe } = dependencies;
  const limits = timeLimits(settings.intervalSeconds);
  const tally = new RequestTally(control.counters, observe);
  const { round, audit } = currentRound(control, now, settings.auditEvery ?? AUDIT_EVERY);
  const isAudit = round.audit !== undefined;
  const about = { audit: isAudit, ...dataAge(control, now) };
  let pending: readonly PaymentKey[];
  try {
    pending = await payments.list();
  } catch (error) {
    const { cursor, bulkList } = control;
    const memory = { cursor, bulkList, round: control.round, audit: control.audit };
    return { summary: { ...NOTHING_DONE, ...about }, requests: tally.counted, memory, error };
  }

  observe({ type: 'tick.started', pending: pending.length, users: countUsers(pending), audit: isAudit });
  const recordIds = [...new Set(pending.map(({ recordId }) => recordId))];
  const answer = await askRecords(recordIds, {
    source,
    clock,
    want: isAudit ? 'existing' : 'paid',
    bulkList: knownBulkList(control.bulkList, now),
    cursor: control.cursor,
    context: { deadline: now + limits.askMilliseconds, report: (event) => tally.report(event) },
  });
  const settlement = await settle(pending, answer, {
    payments,
    clock,
    observe,
    audit: round.audit,
    paidAt: now,
    deadline: now + limits.writeMilliseconds,
  });
  const error = answer.error ?? settlement.error;
  const answered = answer.answered.size + answer.invalid.size;
  // After an error the round starts over: its next answers may be to ids that it has had already.
  const roundLeft =
    error === undefined ? advanceRound(round, answered, recordIds.length) : { ...round, answered: 0 };
  const freshSince = answered >= recordIds.length ? now : round.startedAt;
  return {
    summary: {
      ...summarize(pending, recordIds, answer, settlement),
      ...about,
      requests: tally.counted.requests,
    },
    requests: tally.counted,
    memory: {
      cursor: answer.cursor,
      round: roundLeft,
      bulkList: learnedBulkList(control.bulkList, answer.bulkList, now),
      audit,
    },
    ...(roundLeft === undefined && { freshSince }),
    ...(error !== undefined && { error }),
  };
}

const NOTHING_DONE = {
  checked: 0,
  confirmed: 0,
  pending: 0,
  missing: 0,
  invalid: 0,
  ownerMismatches: 0,
  usersUpdated: 0,
  unanswered: 0,
  requests: 0,
  cutPages: 0,
} as const;

function summarize(
  pending: readonly PaymentKey[],
  recordIds: readonly string[],
  answer: RecordAnswer,
  { confirmed, missing, invalid, ownerMismatches, gone }: Settlement,
) {
  const isAnswered = (recordId: string) => answer.answered.has(recordId) || answer.records.has(recordId);
  return {
    checked: pending.length,
    confirmed,
    pending: pending.length - confirmed - missing - invalid - gone,
    missing,
    invalid,
    ownerMismatches,
    usersUpdated: countUsers(pending.filter(({ recordId }) => isAnswered(recordId))),
    unanswered: recordIds.filter((id) => !isAnswered(id) && !answer.invalid.has(id)).length,
    cutPages: answer.cutPages,
  };
}

function reportOf(
  pass: Pass,
  { owner, now, settings }: { owner: string; now: number; settings: TickSettings },
): TickReport {
  const { summary, requests, memory, freshSince, error } = pass;
  const { intervalSeconds, source } = settings;
  const failed = error !== undefined;
  return {
    owner,
    now,
    intervalSeconds,
    ...(source !== undefined && { source }),
    ...memory,
    nextAllowedAt: nextAllowedAfter(now, intervalSeconds),
    pending: summary.pending,
    usersUpdated: summary.usersUpdated,
    counters: {
      ...requests,
      updates: failed ? 0 : 1,
      failures: failed ? 1 : 0,
      confirmed: summary.confirmed,
    },
    ...(freshSince !== undefined && { lastSuccessAt: freshSince }),
    ...(failed && {
      error: { kind: errorKind(error), message: error instanceof Error ? error.message : String(error) },
    }),
    empty: !failed && summary.checked === 0,
  };
}

/** Tells how the pass ended, to the observer and to the caller. */
function conclude(
  { summary, error }: Pass,
  { now, intervalSeconds, empty }: TickReport,
  { clock, observe }: TickDependencies,
  { emptyTicks }: ControlState,
): TickResult {
  const told = { ...summary, milliseconds: clock.now() - now };
  if (error !== undefined) {
    const penalty = error instanceof RateLimitedError ? { blockedUntil: error.retryAt } : {};
    observe({ type: 'tick.failed', ...told, kind: errorKind(error), error, ...penalty });
    throw error;
  }
  const resting = empty && emptyTicks + 1 >= RESTING_AFTER;
  observe({ type: 'tick.finished', ...told, nextUpdateAt: nextSlot(clock.now(), intervalSeconds), resting });
  const { checked, confirmed, pending } = summary;
  return { outcome: 'done', checked, confirmed, pending, resting };
}

function countUsers(payments: readonly PaymentKey[]): number {
  return new Set(payments.map(({ userId }) => userId)).size;
}

import type { Clock } from './clock.ts';
import {
  AUDIT_EVERY,
  advanceRound,
  type ControlState,
  type Counters,
  currentRound,
  dataAge,
  knownBulkList,
  learnedBulkList,
  type TickReport,
} from './control-state.ts';
import type { Observer, RequestTotals, TickSummary, TrackerEvent } from './events.ts';
import { type FetchResult, fetchRecords } from './fetch-records.ts';
import { timeLimits } from './interval.ts';
import type { PaymentKey } from './payment.ts';
import type { PendingPayments } from './pending-payments.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import type { ExchangeEvent, RecordSource } from './record-source.ts';

/** What a pass needs. */
export interface CheckDependencies {
  readonly settings: {
    /** Whole seconds, 5 to 300. */
    readonly intervalSeconds: number;
    /** How often an audit begins, milliseconds. @default AUDIT_EVERY */
    readonly auditEvery?: number;
  };
  readonly clock: Clock;
  readonly payments: PendingPayments;
  readonly source: RecordSource;
  readonly observe: Observer;
}

/** What a pass did and learned. */
export interface Pass {
  readonly summary: Omit<TickSummary, 'milliseconds'>;
  readonly requests: RequestTally['counted'];
  /** What to remember for the next tick. */
  readonly memory: Pick<TickReport, 'cursor' | 'round' | 'bulkList' | 'audit'>;
  /** Since when everything is known, epoch milliseconds; absent when this pass did not complete a round. */
  readonly freshSince?: number;
  readonly error?: unknown;
}

/** Lists what is pending, asks the source about it and writes what is new. An error is a part of the result. */
export async function checkPayments(
  dependencies: CheckDependencies,
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
  const answer = await fetchRecords(recordIds, {
    source,
    clock,
    want: isAudit ? 'existing' : 'paid',
    bulkList: knownBulkList(control.bulkList, now),
    cursor: control.cursor,
    context: { deadline: now + limits.askMilliseconds, report: (event) => tally.report(event) },
  });
  const reconciliation = await reconcile(pending, answer, {
    payments,
    clock,
    observe,
    by: 'tick',
    audit: round.audit,
    paidAt: now,
    deadline: now + limits.writeMilliseconds,
  });
  const error = answer.error ?? reconciliation.error;
  const answered = answer.answered.size + answer.invalid.size;
  // After an error the round starts over: its next answers may be to ids that it has had already.
  const roundLeft =
    error === undefined ? advanceRound(round, answered, recordIds.length) : { ...round, answered: 0 };
  const freshSince = answered >= recordIds.length ? now : round.startedAt;
  return {
    summary: {
      ...summarize(pending, recordIds, answer, reconciliation),
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

/** The summary of a pass that got nowhere. */
export const NOTHING_DONE = {
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
  answer: FetchResult,
  { confirmed, missing, invalid, ownerMismatches, gone }: Reconciliation,
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

function countUsers(payments: readonly PaymentKey[]): number {
  return new Set(payments.map(({ userId }) => userId)).size;
}

/** Counts the requests of a tick and passes each on with the running totals. */
export class RequestTally {
  #ok = 0;
  #failed = 0;
  #rateLimited = 0;
  readonly #before: RequestTotals;
  readonly #observe: (event: TrackerEvent) => void;

  constructor(before: RequestTotals, observe: (event: TrackerEvent) => void) {
    this.#before = before;
    this.#observe = observe;
  }

  report(event: ExchangeEvent): void {
    if (event.type === 'nocodb.request') {
      this.#observe(event);
      return;
    }
    if (event.outcome === 'ok') this.#ok += 1;
    else if (event.outcome === 'rateLimited') this.#rateLimited += 1;
    else this.#failed += 1;
    this.#observe({
      ...event,
      totals: {
        requestsOk: this.#before.requestsOk + this.#ok,
        requestsFailed: this.#before.requestsFailed + this.#failed,
        requestsRateLimited: this.#before.requestsRateLimited + this.#rateLimited,
      },
    });
  }

  /** What this tick adds to the totals. */
  get counted(): Pick<Counters, 'requests' | 'requestsOk' | 'requestsFailed' | 'requestsRateLimited'> {
    return {
      requests: this.#ok + this.#failed + this.#rateLimited,
      requestsOk: this.#ok,
      requestsFailed: this.#failed,
      requestsRateLimited: this.#rateLimited,
    };
  }
}

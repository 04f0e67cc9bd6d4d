import { AUDIT_EVERY, auditSlice, currentAudit } from './audit.ts';
import type { CheckContext } from './check-context.ts';
import type { Clock } from './clock.ts';
import {
  type ControlState,
  type Counters,
  dataAge,
  isIsolating,
  learnedBulkList,
  sweepAge,
  type TickMemory,
} from './control-state.ts';
import { type ErrorKind, RateLimitedError, TrackerError } from './errors.ts';
import type { Observer, RequestTotals, TickSummary, TrackerEvent } from './events.ts';
import { timeLimits } from './interval.ts';
import { checkNews, type NewsResult } from './news.ts';
import { Pacer } from './pacer.ts';
import type { PendingPayments } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation } from './reconcile.ts';
import type { ExchangeEvent, RecordSource } from './record-source.ts';
import { SeenNews } from './seen-news.ts';
import { countUsers, MAX_REQUESTS_BESIDE_NEWS, type SweepResult, sweepSlice } from './sweep.ts';

/**
 * A running audit gets the time that is left when the sweep's slice is answered. If the sweep always uses all the time, one
 * tick in this many reserves some for the audit.
 */
const TICKS_TO_KEEP_TIME = 4;

/** The dependencies of {@link checkPayments}. */
export interface CheckDependencies {
  readonly settings: {
    /** Whole seconds, 5 to 300. */
    readonly intervalSeconds: number;
    /** Time between the starts of two audits, milliseconds. @default AUDIT_EVERY */
    readonly auditEvery?: number;
  };
  readonly clock: Clock;
  readonly payments: PendingPayments;
  readonly source: RecordSource;
  readonly observe: Observer;
  /** Changed records that earlier ticks of this process have seen. @default none */
  readonly seenNews?: SeenNews;
}

/** The result of {@link checkPayments}. */
export interface PaymentCheck {
  readonly summary: Omit<TickSummary, 'milliseconds'>;
  readonly requests: RequestTally['counted'];
  readonly memory: TickMemory;
  /** Every status is at least as fresh as this, epoch milliseconds; absent when this check did not learn everything. */
  readonly freshSince?: number;
  readonly error?: unknown;
}

/**
 * Asks NocoDB what is paid, and writes the results. The lightest request comes first:
 *
 * 1. news: which paid records were changed since the last success;
 * 2. newcomers: payments that were tracked since they were last asked for, by record id;
 * 3. the sweep: the next slice of all pending payments, by record id;
 * 4. an audit, when it is due: which records still exist.
 *
 * News and newcomers are asked for only if the last sweep took more than one tick. An error is part of the result.
 */
export async function checkPayments(
  dependencies: CheckDependencies,
  control: ControlState,
  now: number,
): Promise<PaymentCheck> {
  const { settings, clock, observe, source } = dependencies;
  const limits = timeLimits(settings.intervalSeconds);
  const tally = new RequestTally(control.counters, observe);
  const pacer = new Pacer(clock);
  const context: CheckContext = {
    ...dependencies,
    seenNews: dependencies.seenNews ?? new SeenNews(),
    pacer,
    control,
    confirmedBefore: new Set(),
    now,
    askUntil: now + limits.askMilliseconds,
    writeUntil: now + limits.writeMilliseconds,
    report(event) {
      if (event.type === 'nocodb.request') pacer.sent();
      tally.report(event);
    },
  };
  const audit = currentAudit(control.audit, now, settings.auditEvery ?? AUDIT_EVERY);
  const isAudit = audit.isRunning === true;
  const { updates, failures } = control.counters;
  const keepsTime = isAudit && (updates + failures) % TICKS_TO_KEEP_TIME === 0;
  source.recall?.(control.server);
  const about = { audit: isAudit, ...dataAge(control, now), ...sweepAge(control, now) };
  let news: NewsResult | undefined;
  let sweep: SweepResult | undefined;
  let audited: Awaited<ReturnType<typeof auditSlice>> | undefined;
  let error: unknown;
  try {
    if (asksForNews(control)) news = await checkNews(context);
    if (maySweep(news)) {
      const hasNews = news?.isSupported ?? false;
      sweep = await sweepSlice(context, {
        isPartial: control.isPartial ?? false,
        hasNews,
        isAudit,
        keepsTime,
      });
    }
    error = news?.error ?? news?.reconciliation.error ?? sweep?.error;
    const isIdle = keepsTime || sweep?.unanswered === 0;
    if (isAudit && isIdle && sweep?.requestsLeft !== 0 && error === undefined) {
      if (audit.after === undefined) await letLearn(context);
      audited = await auditSlice(context, audit, sweep?.requestsLeft);
    }
    error ??= audited?.error;
  } catch (thrown) {
    error = thrown;
  }

  const reconciled = [news, sweep, audited].map((part) => part?.reconciliation ?? NOTHING_RECONCILED);
  const freshSince = freshnessOf(control, now, news, sweep);
  const isPartial = isPartialAfter(control, sweep);
  return {
    summary: {
      ...summarize(reconciled, control, news, sweep),
      cutPages: (sweep?.fetch.cutPages ?? 0) + (audited?.cutPages ?? 0),
      requests: tally.counted.requests,
      ...about,
    },
    requests: tally.counted,
    memory: {
      bulkList: learnedBulkList(control.bulkList, audited?.bulkList ?? sweep?.fetch.bulkList, now),
      batchSize: sweep === undefined ? control.batchSize : sweep.fetch.batchSize,
      acceptedId: sweep?.fetch.acceptedId ?? control.acceptedId,
      sweep: sweep === undefined ? control.sweep : sweep.state,
      sweptAt: sweep?.sweptAt ?? control.sweptAt,
      isPartial,
      news: isPartial ? (news?.state ?? control.news) : undefined,
      newcomers: sweep === undefined ? control.newcomers : sweep.newcomers,
      audit: audited?.state ?? audit,
      server: source.facts === undefined ? control.server : source.facts(),
    },
    ...(freshSince !== undefined && { freshSince }),
    ...(error !== undefined && { error }),
  };
}

/**
 * News are asked for where the sweep takes more than one tick. While a bad id is being isolated, every other tick leaves
 * their time to that: a server so slow that it answers two requests in a tick needs both to judge an id.
 */
function asksForNews(control: ControlState): boolean {
  const { updates, failures } = control.counters;
  return control.isPartial === true && !(isIsolating(control) && (updates + failures) % 2 === 0);
}

/**
 * Whether the sweep takes more than one tick, or should: without bulk lists, one tick could ask for everything in so many
 * requests that they are a burden to the server. One that an error ended does not tell.
 */
function isPartialAfter({ isPartial }: ControlState, sweep: SweepResult | undefined): boolean | undefined {
  if (sweep === undefined || (sweep.error !== undefined && !sweep.isWhole)) return isPartial;
  const { bulkList, requests } = sweep.fetch;
  const isBurden = bulkList === false && requests > MAX_REQUESTS_BESIDE_NEWS;
  return sweep.isWhole && !isBurden ? undefined : true;
}

/** Lets the source learn. What it cannot learn now, it learns in a later audit: only a rate limit ends the tick. */
async function letLearn({ source, askUntil, report }: CheckContext): Promise<void> {
  try {
    await source.learn?.({ deadline: askUntil, report });
  } catch (error) {
    if (!(error instanceof TrackerError) || error instanceof RateLimitedError) throw error;
  }
}

/** Whether to continue after the news. Only an error that concerns every request ends the tick. */
function maySweep(news: NewsResult | undefined): boolean {
  const error = news?.error;
  return error === undefined || error.smallerMayPass || ABOUT_THE_NEWS.has(error.kind);
}

/** Kinds of errors that say nothing about the requests of a sweep. */
const ABOUT_THE_NEWS: ReadonlySet<ErrorKind> = new Set([
  'InvalidQuery',
  'FieldNotFound',
  'InvalidResponse',
  'ServerFault',
  'TableUnavailable',
]);

/** Since when everything is known: since now, or since the start of the sweep that this tick completed. */
function freshnessOf(
  { sweptAt, lastSuccessAt = 0 }: ControlState,
  now: number,
  news: NewsResult | undefined,
  sweep: SweepResult | undefined,
): number | undefined {
  if (sweep === undefined) return undefined;
  if (sweep.isWhole) return now;
  const wasSwept = sweptAt !== undefined || sweep.sweptAt !== undefined;
  if (wasSwept && news?.isComplete && sweep.areNewcomersDone) return now;
  return sweep.sweptAt !== undefined && sweep.sweptAt > lastSuccessAt ? sweep.sweptAt : undefined;
}

/** The summary of a tick that did nothing. */
export const NOTHING_DONE = {
  checked: 0,
  confirmed: 0,
  pending: 0,
  missing: 0,
  invalid: 0,
  ownerMismatches: 0,
  usersUpdated: 0,
  unanswered: 0,
  unfinished: 0,
  requests: 0,
  cutPages: 0,
} as const;

function summarize(
  reconciled: readonly Reconciliation[],
  control: ControlState,
  news: NewsResult | undefined,
  sweep: SweepResult | undefined,
) {
  const sum = (count: (part: Reconciliation) => number) =>
    reconciled.reduce((total, part) => total + count(part), 0);
  const answered = sweep?.payments.filter(({ recordId }) => sweep.fetch.answered.has(recordId)) ?? [];
  const users = [...answered, ...(news?.users ?? []).map((userId) => ({ userId }))];
  const checked = sweep?.payments.length ?? 0;
  const [, , auditPart] = reconciled;
  const done = sum((part) => part.done.size);
  const before = Math.max(control.pending ?? 0, checked);
  const pending =
    sweep?.pending === undefined
      ? Math.max(0, before - done)
      : Math.max(0, sweep.pending - (auditPart?.done.size ?? 0));
  return {
    checked,
    confirmed: sum((part) => part.confirmed),
    pending,
    missing: sum((part) => part.missing),
    invalid: sum((part) => part.invalid),
    // News, sweep and audit may all see the same record.
    ownerMismatches: new Set(reconciled.flatMap((part) => [...part.mismatched])).size,
    usersUpdated: countUsers(users),
    unanswered: sweep?.unanswered ?? 0,
    unfinished: sum((part) => part.unfinished.size),
  };
}

/** Counts the requests of a tick, and reports each with the running totals. */
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

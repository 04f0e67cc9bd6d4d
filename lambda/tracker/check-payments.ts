import { auditSlice, currentAudit, TICKS_TO_KEEP_TIME } from './audit.ts';
import type { CheckContext } from './check-context.ts';
import type { Clock } from './clock.ts';
import {
  type ControlState,
  dataAge,
  isIsolating,
  learnedBulkList,
  sweepAge,
  type TickMemory,
} from './control-state.ts';
import type { ErrorKind } from './errors.ts';
import type { Observer, TickSummary } from './events.ts';
import { askGivenUp, type GivenUpResult, isGivenUpDue } from './given-up.ts';
import { auditEvery, timeLimits } from './interval.ts';
import { countInMonth } from './month.ts';
import { checkNews, type NewsResult } from './news.ts';
import { Pacer } from './pacer.ts';
import type { PendingPayments } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation } from './reconcile.ts';
import type { RecordSource } from './record-source.ts';
import { RequestTally } from './request-tally.ts';
import { SeenNews } from './seen-news.ts';
import { countUsers, MAX_REQUESTS_BESIDE_NEWS, type SweepResult, sweepSlice } from './sweep.ts';
import { sliceBesideNews } from './sweep-pace.ts';
import {
  sourceChanged,
  TableGuard,
  type WatchedPeriod,
  type WatchedTable,
  watchTable,
} from './watched-table.ts';
import { countUnreported, webhookSilence } from './webhook-silence.ts';

/** The dependencies of {@link checkPayments}. */
export interface CheckDependencies {
  readonly settings: {
    /** Whole seconds, 5 to 3600. */
    readonly intervalSeconds: number;
    /** Time between the starts of two audits, milliseconds. @default auditEvery(intervalSeconds) */
    readonly auditEvery?: number;
    /** The NocoDB table. @default - it never changes */
    readonly table?: WatchedTable;
    /** Whether NocoDB's webhook reports payments. @default false */
    readonly hasWebhook?: boolean;
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
  /** The tables that were watched, with the current one; absent when it is the same as before. */
  readonly watched?: readonly WatchedPeriod[];
  /** Every status is at least as fresh as this, epoch milliseconds; absent when this check did not learn everything. */
  readonly freshSince?: number;
  /** Payments that the webhook should have reported; `undefined`: there is no webhook. */
  readonly unreported: number | undefined;
  readonly error?: unknown;
}

/**
 * Asks NocoDB what is paid, and writes the results. The lightest request comes first:
 *
 * 1. news: which paid records were changed since the last success;
 * 2. newcomers: payments that were tracked since they were last asked for, by record id;
 * 3. the sweep: the next slice of all pending payments, by record id;
 * 4. an audit, when it is due: which records still exist;
 * 5. once an hour, the payments that are given up: which of their records exist again.
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
  const { table } = settings;
  let watched = table === undefined ? undefined : watchTable(control, table.id, now);
  const isNewTable = watched !== control.watched;
  const context: CheckContext = {
    ...dependencies,
    seenNews: dependencies.seenNews ?? new SeenNews(),
    pacer,
    guard: new TableGuard(watched, table, dependencies.payments),
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
  const audit = currentAudit(control.audit, now, settings.auditEvery ?? auditEvery(settings.intervalSeconds));
  const isAudit = audit.isRunning === true;
  const { updates, failures } = control.counters;
  const isDue = isGivenUpDue(control.givenUp, now);
  const isWalking = isAudit || control.givenUp?.isRunning === true;
  const keepsTime = isWalking && (updates + failures) % TICKS_TO_KEEP_TIME === 0;
  source.recall?.({ withoutV2Since: control.withoutV2Since, baseId: watched?.at(-1)?.base });
  const about = { audit: isAudit, ...dataAge(control, now), ...sweepAge(control, now) };
  let news: NewsResult | undefined;
  let sweep: SweepResult | undefined;
  let audited: Awaited<ReturnType<typeof auditSlice>> | undefined;
  let givenUp: GivenUpResult | undefined;
  let unreported = settings.hasWebhook ? 0 : undefined;
  let error: unknown;
  try {
    if (asksForNews(control)) news = await checkNews(context);
    if (maySweep(news)) {
      const hasNews = news?.isSupported ?? false;
      sweep = await sweepSlice(context, {
        isPartial: control.isPartial ?? false,
        hasNews,
        ...(isCarriedByNews(news, control) && {
          maxSlice: sliceBesideNews(control.pending ?? 0, settings.intervalSeconds),
        }),
        isAudit,
        isShared: (isAudit && keepsTime) || isDue,
        keepsTime,
      });
    }
    error = news?.error ?? news?.reconciliation.error ?? sweep?.error;
    const left = sweep?.requestsLeft;
    const isIdle = (keepsTime || sweep?.unanswered === 0) && left !== 0;
    const isAuditsTurn = keepsTime || sweep?.isWhole === true;
    if (isAudit && isIdle && isAuditsTurn && error === undefined) {
      audited = await auditSlice(context, audit, left);
    }
    error ??= audited?.error;
    // Where requests are few, a tick has enough for one of the two.
    const isFew = left !== undefined;
    if (isDue && isIdle && !(isFew && audited) && error === undefined)
      givenUp = await askGivenUp(context, left);
    error ??= givenUp?.error;
    if (isNewTable && error === undefined) watched = await nameTable(watched, context);
    if (settings.hasWebhook) {
      unreported = await countUnreported(context.confirmedBefore, control, context.payments);
      error ??= webhookSilence(control, unreported);
    }
  } catch (thrown) {
    error = thrown;
  }

  const held = heldAfter(control, sweep);
  const beginsAudit = isAudit && audit.number !== control.audit?.number;
  if (error === undefined && held > 0 && (isNewTable || beginsAudit)) error = sourceChanged(held, watched);
  const reconciled = [news, sweep, audited, givenUp].map(
    (part) => part?.reconciliation ?? NOTHING_RECONCILED,
  );
  const freshSince = freshnessOf(control, now, news, sweep);
  const isPartial = isPartialAfter(control, sweep);
  return {
    summary: {
      ...summarize(reconciled, control, news, sweep),
      held,
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
      withoutV2Since: source.facts === undefined ? control.withoutV2Since : source.facts().withoutV2Since,
      givenUp: givenUp?.state ?? control.givenUp,
      held: held === 0 ? undefined : held,
      month: countInMonth(control.month, tally.counted.requests, now),
    },
    ...(isNewTable && watched !== undefined && { watched }),
    unreported,
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

/** Whether everything urgent is known without the sweep: it has gone round, and the news since then are complete. */
function isCarriedByNews(news: NewsResult | undefined, { sweptAt }: ControlState): boolean {
  return news?.isComplete === true && sweptAt !== undefined;
}

/** How many payments are held. A sweep that is under way only knows those that it has passed. */
function heldAfter({ held = 0 }: ControlState, sweep: SweepResult | undefined): number {
  if (sweep === undefined) return held;
  return sweep.state === undefined ? sweep.held : Math.max(held, sweep.held);
}

/** Adds what people call the current table to its period. One request, in the first tick that watches it. */
async function nameTable(
  watched: readonly WatchedPeriod[] | undefined,
  { source, pacer, askUntil, report }: CheckContext,
): Promise<readonly WatchedPeriod[] | undefined> {
  const current = watched?.at(-1);
  if (current === undefined || source.tableName === undefined || !(await pacer.turn(askUntil)))
    return watched;
  const name = await source.tableName({ deadline: askUntil, report });
  return watched?.with(-1, { ...current, ...name });
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
  held: 0,
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

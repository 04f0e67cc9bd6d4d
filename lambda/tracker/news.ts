import pMap from 'p-map';
import type { CheckContext } from './check-context.ts';
import type { NewsState } from './control-state.ts';
import { ChangesUnsupportedError, TrackerError } from './errors.ts';
import { isDue } from './interval.ts';
import { nameOf, type PaymentKey, RECORD_ID_PATTERN } from './payment.ts';
import type { PendingPayment, PendingPayments } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation, reconcile } from './reconcile.ts';
import type { ChangePage, SourceRecord } from './record-source.ts';

/**
 * How far a change query goes back before the last success, milliseconds. A change becomes visible when its transaction
 * ends, but carries the time at which it began, and the clocks of NocoDB and its database may differ.
 */
export const NEWS_OVERLAP_MS = 90_000;

/** How far NocoDB's clock may be off before its first response, milliseconds. */
const UNKNOWN_CLOCK_SKEW_MS = 10 * 60_000;

/** When to look again whether a table keeps times of changes: after an hour, in milliseconds. */
const ASK_AGAIN_AFTER_MS = 60 * 60_000;

/** The part of a tick's time for requests that news may use. */
const SHARE_OF_TIME = 0.5;

/** Records on a page: NocoDB's largest page. */
const PAGE_SIZE = 1000;

/** The most changed records that one tick reads. The next tick continues after them. */
const MAX_RECORDS = 5000;

/** Records whose payments are looked up at the same time. */
const CONCURRENT_LOOK_UPS = 16;

/** The result of the change query. */
export interface NewsResult {
  readonly reconciliation: Reconciliation;
  /** Whether every change since the last success is read, and the results are written. */
  readonly isComplete: boolean;
  /** Whether the table keeps when its records change. */
  readonly isSupported: boolean;
  /** The users of the payments that have an answer. */
  readonly users: readonly string[];
  readonly state: NewsState;
  readonly error?: TrackerError;
}

/** Asks which records changed since the last success, and confirms the payments of those that are paid. */
export async function checkNews(context: CheckContext): Promise<NewsResult> {
  const { control, now } = context;
  const state = control.news ?? {};
  const { unsupportedAt } = state;
  if (unsupportedAt !== undefined && !isDue(unsupportedAt, ASK_AGAIN_AFTER_MS, now)) {
    return { ...NOTHING_NEW, isSupported: false, state };
  }
  try {
    const changes = await fetchChanges(context, state);
    return await confirmChanged(changes, context);
  } catch (error) {
    if (error instanceof ChangesUnsupportedError) {
      return { ...NOTHING_NEW, isSupported: false, state: { ...state, unsupportedAt: now } };
    }
    if (!(error instanceof TrackerError)) throw error;
    return { ...NOTHING_NEW, state, error };
  }
}

const NOTHING_NEW = {
  reconciliation: NOTHING_RECONCILED,
  isComplete: false,
  isSupported: true,
  users: [],
} as const;

interface Changes {
  readonly records: readonly SourceRecord[];
  readonly before: NewsState;
  /** What to remember once the results are written. */
  readonly after: NewsState;
  readonly isLast: boolean;
  readonly error?: TrackerError;
}

/** Reads the pages of the change query, from where the last tick stopped. */
async function fetchChanges(context: CheckContext, before: NewsState): Promise<Changes> {
  const { source, clock, pacer, control, now, askUntil, report } = context;
  const deadline = now + (askUntil - now) * SHARE_OF_TIME;
  const skew = before.clockSkew ?? -UNKNOWN_CLOCK_SKEW_MS;
  const since = before.query?.since ?? (control.lastSuccessAt ?? now) + skew - NEWS_OVERLAP_MS;
  const records: SourceRecord[] = [];
  let { clockSkew } = before;
  let startedAt = before.query?.startedAt;
  let after = before.query?.after;
  let isLast = false;
  let took = 0;
  let error: TrackerError | undefined;
  while (!isLast && records.length < MAX_RECORDS && (await pacer.turn(deadline - took))) {
    const begin = clock.now();
    let page: ChangePage;
    try {
      page = await source.listChanged({ since, after, limit: PAGE_SIZE }, { deadline, report });
    } catch (caught) {
      if (!(caught instanceof TrackerError) || records.length === 0) throw caught;
      // The earlier pages count. The next tick asks again for a page that came too late.
      if (!caught.smallerMayPass) error = caught;
      break;
    }
    took = clock.now() - begin;
    if (page.serverTime !== undefined) clockSkew = page.serverTime - clock.now();
    startedAt ??= begin + (clockSkew ?? 0);
    records.push(...page.records);
    isLast = page.isLastPage;
    const last = page.records.at(-1)?.recordId;
    // Without a new id, the next request would return the same page again.
    if (!isLast && (last === undefined || last === after || !RECORD_ID_PATTERN.test(last))) break;
    after = last ?? after;
  }
  const known: NewsState = clockSkew === undefined ? {} : { clockSkew };
  const query =
    isLast || after === undefined || startedAt === undefined ? undefined : { since, startedAt, after };
  return {
    records,
    before: { ...before, ...known },
    after: { ...known, ...(query !== undefined && { query }) },
    isLast,
    ...(error !== undefined && { error }),
  };
}

async function confirmChanged(changes: Changes, context: CheckContext): Promise<NewsResult> {
  const { payments, clock, observe, now, writeUntil, seenNews, confirmedBefore, guard } = context;
  const { before, after, isLast, error } = changes;
  const { clockSkew = 0 } = after;
  if (Math.abs(clockSkew) > NEWS_OVERLAP_MS) observe({ type: 'nocodb.clockSkew', milliseconds: clockSkew });
  const records = changes.records.filter(
    (record) => record.paid && RECORD_ID_PATTERN.test(record.recordId) && !seenNews.has(record),
  );
  const lookUps = await lookUp(records, payments);
  const pending = lookUps.found;
  const findings = {
    records: new Map(records.map((record) => [record.recordId, record])),
    answered: new Set<string>(),
    invalid: new Map<string, string>(),
  };
  const reconciliation = await reconcile(pending, findings, {
    payments,
    clock,
    observe,
    by: 'tick',
    audit: undefined,
    now,
    deadline: writeUntil,
    confirmedBefore,
    guard,
  });
  const isWritten = reconciliation.unfinished.size === 0 && lookUps.error === undefined;
  const left = new Set(pending.filter((payment) => !reconciliation.done.has(nameOf(payment))).map(toRecord));
  for (const record of lookUps.records) if (!left.has(record.recordId)) seenNews.add(record);
  const failure = error ?? lookUps.error;
  return {
    reconciliation,
    isComplete: isWritten && isLast && failure === undefined,
    isSupported: true,
    users: pending.map(({ userId }) => userId),
    // The same query finds again what is not written yet.
    state: isWritten ? after : before,
    ...(failure !== undefined && { error: failure }),
  };
}

function toRecord({ recordId }: PaymentKey): string {
  return recordId;
}

/**
 * The payments of records, one look-up for each record. One that fails does not take the others along: with many
 * changes, no tick would ever get through all of them.
 */
async function lookUp(records: readonly SourceRecord[], payments: PendingPayments) {
  const found: PendingPayment[] = [];
  const lookedUp: SourceRecord[] = [];
  let failure: TrackerError | undefined;
  const ofRecord = async (record: SourceRecord): Promise<void> => {
    try {
      found.push(...(await payments.ofRecord(record.recordId)));
      lookedUp.push(record);
    } catch (error) {
      if (!(error instanceof TrackerError)) throw error;
      failure ??= error;
    }
  };
  await pMap(records, ofRecord, { concurrency: CONCURRENT_LOOK_UPS });
  return { found, records: lookedUp, error: failure };
}

/** The payments of records that are pending or given up. */
export async function paymentsOf(
  records: readonly Pick<SourceRecord, 'recordId'>[],
  payments: Pick<PendingPayments, 'ofRecord'>,
): Promise<PendingPayment[]> {
  const lookUp = ({ recordId }: Pick<SourceRecord, 'recordId'>) => payments.ofRecord(recordId);
  return (await pMap(records, lookUp, { concurrency: CONCURRENT_LOOK_UPS })).flat();
}

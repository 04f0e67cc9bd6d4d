import pMap from 'p-map';
import type { CheckContext } from './check-context.ts';
import { knownBulkList, type Position, type SweepState } from './control-state.ts';
import { TableWriteFailedError } from './errors.ts';
import { type FetchResult, fetchRecords, type Part } from './fetch-records.ts';
import { NEW_PARTITION, type PendingPayment, type PendingSlice } from './pending-payments.ts';
import { PLAN_LIMITS } from './query-plan.ts';
import { nameOf, type Reconciliation, reconcile } from './reconcile.ts';

/** Payments that one tick asks for by id: what one bulk list carries. */
export const MAX_SLICE = PLAN_LIMITS.idsPerRequest;

/** However many newcomers there are, the sweep goes on by this many payments. */
const MIN_SLICE = 500;

/** About as many ids as fit the URL of a GET. */
const IDS_PER_GET = 500;

/** Newcomers that one tick asks for; the rest of the slice is left to the sweep. */
const MAX_NEWCOMERS = MAX_SLICE / 2;

/** Requests of one tick for a sweep, where news tell what is paid meanwhile. */
const MAX_REQUESTS_BESIDE_NEWS = 4;

/** The part of a tick's time for questions that the sweep may take where some is kept for an audit. */
const SHARE_BEFORE_AUDIT = 0.75;

/** Newcomers that one tick moves to their own partitions. Each is a write to the table and two to its index. */
const MAX_MOVES = 1000;
const CONCURRENT_MOVES = 32;

export interface SweepOptions {
  /** The last sweep took more than one tick: newcomers are asked for first. */
  readonly isPartial: boolean;
  /** News tell what is paid while the sweep is somewhere else. */
  readonly hasNews: boolean;
  /** An audit is under way. */
  readonly isAudit: boolean;
  /** Some time is kept for the audit. */
  readonly keepsTime: boolean;
}

/** What came of a tick's part of the sweep. */
export interface SweepResult {
  readonly reconciliation: Reconciliation;
  readonly fetch: FetchResult;
  /** The payments that were asked for. */
  readonly payments: readonly PendingPayment[];
  /** The sweep to go on with; `undefined` when this tick ended one. */
  readonly state: SweepState | undefined;
  /** Where to go on with the newcomers; `undefined`: at their beginning. */
  readonly newcomers: Position | undefined;
  /** When the sweep that this tick ended began, epoch milliseconds. */
  readonly sweptAt?: number;
  /** Whether every payment was asked for in this one tick. */
  readonly isWhole: boolean;
  /** Whether every newcomer was asked for, and what the answers mean is written. */
  readonly areNewcomersDone: boolean;
  /** Payments pending after the sweep that this tick ended. */
  readonly pending?: number;
  /** Distinct record ids that there was no time to ask for. */
  readonly unanswered: number;
  readonly error?: unknown;
}

/**
 * Asks NocoDB by id for newcomers and for the next slice of all pending payments, and writes what the answers mean. Where
 * everything fits in one tick, the slice is everything.
 */
export async function sweepSlice(
  context: CheckContext,
  { isPartial, hasNews, isAudit, keepsTime }: SweepOptions,
): Promise<SweepResult> {
  const {
    payments,
    source,
    clock,
    pacer,
    observe,
    control,
    now,
    askUntil,
    writeUntil,
    report,
    confirmedBefore,
  } = context;
  const from = isPartial ? control.newcomers : undefined;
  const newcomers = isPartial ? await payments.listNew(from?.after, MAX_NEWCOMERS) : NOBODY;
  const maxRequests = isPartial && hasNews ? MAX_REQUESTS_BESIDE_NEWS : undefined;
  const limit = sliceLimit(context, maxRequests) - newcomers.payments.length;
  const { slice, begin, endedSweep } = await nextSlice(context, Math.max(MIN_SLICE, limit));
  const asked = distinct([...newcomers.payments, ...slice.payments]);
  observe({ type: 'tick.started', pending: asked.length, users: countUsers(asked), audit: isAudit });

  const recordIds = recordIdsOf(asked);
  const newIds = recordIdsOf(newcomers.payments);
  const result = await fetchRecords(partsOf(newIds, from, recordIds.slice(newIds.length), begin), {
    source,
    clock,
    pacer,
    want: 'paid',
    bulkList: knownBulkList(control.bulkList, now),
    batchSize: control.batchSize,
    acceptedId: control.acceptedId,
    maxRequests,
    deadline: keepsTime ? now + (askUntil - now) * SHARE_BEFORE_AUDIT : askUntil,
    report,
  });
  const reconciliation = await reconcile(asked, result, {
    payments,
    clock,
    observe,
    by: 'tick',
    audit: undefined,
    paidAt: now,
    deadline: writeUntil,
    confirmedBefore,
  });
  const isLeft = (payment: PendingPayment) => isUndone(payment, result, reconciliation);
  const isDone = (payment: PendingPayment) => reconciliation.done.has(nameOf(payment));
  const movable = asked.filter((each) => each.partition === NEW_PARTITION && !isLeft(each) && !isDone(each));
  const moveError = isPartial ? await moveNewcomers(movable, context) : undefined;

  const left = firstLeft(slice.payments, result, reconciliation);
  const passed = slice.payments.slice(0, left);
  const hasGap = begin.hasGap || passed.some(({ recordId }) => result.failed.has(recordId));
  const counted = begin.counted + passed.filter((payment) => !isDone(payment)).length;
  const isOver = slice.isLast && left === slice.payments.length;
  const sweptAt = isOver && !hasGap ? begin.startedAt : endedSweep;
  const state: SweepState = {
    startedAt: begin.startedAt,
    counted,
    ...positionAt(left, slice.payments, begin, result),
    ...(hasGap && { hasGap }),
  };
  const newLeft = firstLeft(newcomers.payments, result, reconciliation);
  const areNewcomersOver = newcomers.isLast && newLeft === newcomers.payments.length;
  const error = result.error ?? reconciliation.error ?? moveError;
  return {
    reconciliation,
    fetch: result,
    payments: asked,
    state: isOver ? undefined : state,
    newcomers: areNewcomersOver ? undefined : positionAt(newLeft, newcomers.payments, from ?? {}, result),
    ...(sweptAt !== undefined && { sweptAt }),
    isWhole: isOver && !hasGap && begin.after === undefined,
    areNewcomersDone: areNewcomersOver && from === undefined && !newcomers.payments.some(isLeft),
    ...(isOver && !hasGap && { pending: counted }),
    unanswered: recordIds.filter((id) => !isAnswered(id, result)).length,
    ...(error !== undefined && { error }),
  };
}

/** How many payments to list: not more than the tick may ask for. */
function sliceLimit({ control, now }: CheckContext, maxRequests: number | undefined): number {
  if (maxRequests === undefined) return MAX_SLICE;
  const isBulk = knownBulkList(control.bulkList, now) !== false;
  const idsPerRequest = Math.min(control.batchSize?.ids ?? MAX_SLICE, isBulk ? MAX_SLICE : IDS_PER_GET);
  return Math.min(MAX_SLICE, maxRequests * idsPerRequest);
}

const NOBODY: PendingSlice = { payments: [], isLast: true };

/** What to ask for: newcomers, then the slice; each begins with what is being isolated, if anything is. */
function partsOf(
  newIds: readonly string[],
  { alone: aloneOfNew = 0 }: Position = {},
  ids: readonly string[],
  { alone = 0 }: Position,
): Part[] {
  const rest = [...newIds.slice(aloneOfNew), ...(alone === 0 ? ids : [])];
  return [
    { ids: newIds.slice(0, aloneOfNew), isolating: true },
    { ids: rest, isolating: false },
    { ids: alone === 0 ? [] : ids.slice(0, alone), isolating: true },
    { ids: alone === 0 ? [] : ids.slice(alone), isolating: false },
  ];
}

/** Where the next tick goes on, when it is at the payment with this index. */
function positionAt(
  left: number,
  payments: readonly PendingPayment[],
  before: Position,
  { isolating }: FetchResult,
): Position {
  const after = payments[left - 1] ?? before.after;
  const first = payments[left]?.recordId ?? '';
  const alone = isolating.find((ids) => ids.includes(first))?.length;
  return { ...(after !== undefined && { after }), ...(alone !== undefined && { alone }) };
}

/** The next slice of the sweep under way. Where that has come to its end, of a new one. */
async function nextSlice({ payments, control, now }: CheckContext, limit: number) {
  const fresh: SweepState = { startedAt: now, counted: 0 };
  const { sweep } = control;
  if (sweep?.after === undefined) {
    const alone = sweep?.alone === undefined ? {} : { alone: sweep.alone };
    return { begin: { ...fresh, ...alone }, slice: await payments.list(undefined, limit) };
  }
  const slice = await payments.list(sweep.after, limit);
  if (slice.payments.length > 0 || !slice.isLast) return { begin: sweep, slice };
  const endedSweep = sweep.hasGap ? undefined : sweep.startedAt;
  return { begin: fresh, slice: await payments.list(undefined, limit), endedSweep };
}

/** Moves newcomers that were asked for. Those there is no time for are moved by a later tick. */
async function moveNewcomers(
  movable: readonly PendingPayment[],
  { payments, clock, writeUntil }: CheckContext,
): Promise<TableWriteFailedError | undefined> {
  const failures: unknown[] = [];
  const move = async (payment: PendingPayment): Promise<void> => {
    if (clock.now() >= writeUntil) return;
    await payments.moveFromNew(payment).catch((error: unknown) => failures.push(error));
  };
  await pMap(movable.slice(0, MAX_MOVES), move, { concurrency: CONCURRENT_MOVES });
  if (failures.length === 0) return undefined;
  return new TableWriteFailedError({
    operation: 'move payments in the index',
    target: 'payments table',
    problem: `${failures.length} of the payments could not be moved out of the partition ${NEW_PARTITION}`,
    hint: 'Nothing is lost: a later tick repeats them. If it persists, look at the throttles of the table.',
    cause: failures[0],
  });
}

/**
 * The index of the first payment of a slice that was not asked for, or whose answer is not written; the length: none. What
 * an error came for was asked for.
 */
export function firstLeft(
  slice: readonly PendingPayment[],
  result: FetchResult,
  reconciliation: Reconciliation,
): number {
  const index = slice.findIndex(
    (payment) => !result.failed.has(payment.recordId) && isUndone(payment, result, reconciliation),
  );
  return index === -1 ? slice.length : index;
}

function isUndone(payment: PendingPayment, result: FetchResult, { unfinished }: Reconciliation): boolean {
  return !isAnswered(payment.recordId, result) || unfinished.has(nameOf(payment));
}

function isAnswered(recordId: string, { answered, invalid }: FetchResult): boolean {
  return answered.has(recordId) || invalid.has(recordId);
}

function distinct(payments: readonly PendingPayment[]): PendingPayment[] {
  return [...new Map(payments.map((payment) => [nameOf(payment), payment])).values()];
}

function recordIdsOf(payments: readonly PendingPayment[]): string[] {
  return [...new Set(payments.map(({ recordId }) => recordId))];
}

/** How many users have one of these payments. */
export function countUsers(payments: readonly { readonly userId: string }[]): number {
  return new Set(payments.map(({ userId }) => userId)).size;
}

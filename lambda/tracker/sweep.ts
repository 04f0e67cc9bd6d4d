import pMap from 'p-map';
import type { CheckContext } from './check-context.ts';
import { isIsolating, knownBulkList, type Position, type SweepState } from './control-state.ts';
import { TableWriteFailedError } from './errors.ts';
import { type FetchResult, fetchRecords, type Part } from './fetch-records.ts';
import { nameOf } from './payment.ts';
import { NEW_PARTITION, type PendingPayment, type PendingSlice } from './pending-payments.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import { MAX_SLICE } from './sweep-pace.ts';

/** Payments that the sweep asks for in each tick, even when there are many newcomers. */
const MIN_SLICE = 500;

/** About the number of ids that fit the URL of a GET. */
export const IDS_PER_GET = 500;

/** The most newcomers that one tick asks for. */
const MAX_NEWCOMERS = MAX_SLICE / 2;

/** The most requests of one tick for the sweep when the tick also asks for news. */
export const MAX_REQUESTS_BESIDE_NEWS = 4;

/** As many of them are left to an audit and a walk where there are no bulk lists. */
const REQUESTS_FOR_OTHERS = 2;

/** The part of the time for requests that the sweep may use when the rest is reserved for an audit. */
const SHARE_BEFORE_AUDIT = 0.75;

/** The most newcomers that one tick moves to their hash partition. Each move is one write to the table and two to its index. */
const MAX_MOVES = 1000;
const CONCURRENT_MOVES = 32;

export interface SweepOptions {
  /** Whether the last sweep took more than one tick. Then newcomers are asked for first. */
  readonly isPartial: boolean;
  /** Whether the tick asks for news, so that the sweep is not urgent. */
  readonly hasNews: boolean;
  /** The most payments of the slice, newcomers aside. @default as many as the tick can ask for */
  readonly maxSlice?: number;
  /** Whether an audit is running. */
  readonly isAudit: boolean;
  /** Whether there are others that need requests in this tick: an audit, or a walk through what is given up. */
  readonly isShared: boolean;
  /** Whether to reserve time for the audit. */
  readonly keepsTime: boolean;
}

/** The result of one tick's part of the sweep. */
export interface SweepResult {
  readonly reconciliation: Reconciliation;
  readonly fetch: FetchResult;
  /** The payments that were asked for. */
  readonly payments: readonly PendingPayment[];
  /** The sweep that the next tick continues; `undefined` when this tick completed it. */
  readonly state: SweepState | undefined;
  /** Where the next tick continues with the newcomers; `undefined`: at the beginning. */
  readonly newcomers: Position | undefined;
  /** When the sweep that this tick completed began, epoch milliseconds. */
  readonly sweptAt?: number;
  /** Whether this tick asked for every pending payment. */
  readonly isWhole: boolean;
  /** Whether every newcomer is answered, and the results are written. */
  readonly areNewcomersDone: boolean;
  /** Payments that are pending after the sweep that this tick completed. */
  readonly pending?: number;
  /** Payments that the sweep has passed so far because they are held. */
  readonly held: number;
  /** Distinct record ids that there was no time to ask for. */
  readonly unanswered: number;
  /** Requests that are left to an audit or a walk. @default as many as the time allows */
  readonly requestsLeft?: number;
  readonly error?: unknown;
}

/**
 * Asks NocoDB by id for newcomers and for the next slice of all pending payments, and writes the results. If everything
 * fits in one tick, the slice is everything.
 */
export async function sweepSlice(
  context: CheckContext,
  { isPartial, hasNews, maxSlice = MAX_SLICE, isAudit, isShared, keepsTime }: SweepOptions,
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
    guard,
  } = context;
  const from = isPartial ? control.newcomers : undefined;
  const isLimited = isPartial && hasNews;
  const leavesSome = isShared && !isIsolating(control) && knownBulkList(control.bulkList, now) === false;
  const forOthers = leavesSome ? REQUESTS_FOR_OTHERS : 0;
  const maxRequests = isLimited ? MAX_REQUESTS_BESIDE_NEWS - forOthers : undefined;
  const most = sliceLimit(context, maxRequests);
  const mostNew = Math.min(MAX_NEWCOMERS, Math.max(MIN_SLICE, most - MIN_SLICE));
  const newcomers = isPartial ? await payments.listNew(from?.after, mostNew) : NOBODY;
  const limit = Math.max(MIN_SLICE, Math.min(maxSlice, most - newcomers.payments.length));
  const { slice, begin, endedSweep } = await nextSlice(context, limit);
  const listed = distinct([...newcomers.payments, ...slice.payments]);
  const held = await guard.heldAmong(listed);
  const isHeld = (payment: PendingPayment) => held.has(nameOf(payment));
  const asked = listed.filter((payment) => !isHeld(payment));
  observe({ type: 'tick.started', pending: asked.length, users: countUsers(asked), audit: isAudit });

  const recordIds = recordIdsOf(asked);
  const newIds = recordIdsOf(newcomers.payments.filter((payment) => !isHeld(payment)));
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
    now,
    deadline: writeUntil,
    confirmedBefore,
    guard,
  });
  const isLeft = (payment: PendingPayment) => !isHeld(payment) && isUndone(payment, result, reconciliation);
  const isDone = (payment: PendingPayment) => reconciliation.done.has(nameOf(payment));
  const movable = asked.filter((each) => each.partition === NEW_PARTITION && !isLeft(each) && !isDone(each));
  const moveError = isPartial ? await moveNewcomers(movable, context) : undefined;

  const left = firstLeft(slice.payments, result, reconciliation, held);
  const passed = slice.payments.slice(0, left);
  const hasGap = begin.hasGap || passed.some(({ recordId }) => result.failed.has(recordId));
  const counted = begin.counted + passed.filter((payment) => !isDone(payment)).length;
  const heldSoFar = (begin.held ?? 0) + passed.filter(isHeld).length;
  const isOver = slice.isLast && left === slice.payments.length;
  const sweptAt = isOver && !hasGap ? begin.startedAt : endedSweep;
  const state: SweepState = {
    startedAt: begin.startedAt,
    counted,
    ...positionAt(left, slice.payments, begin, result),
    ...(hasGap && { hasGap }),
    ...(heldSoFar > 0 && { held: heldSoFar }),
  };
  const newLeft = firstLeft(newcomers.payments, result, reconciliation, held);
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
    held: heldSoFar,
    unanswered: recordIds.filter((id) => !isAnswered(id, result)).length,
    ...(maxRequests !== undefined &&
      result.bulkList === false && { requestsLeft: Math.max(0, MAX_REQUESTS_BESIDE_NEWS - result.requests) }),
    ...(error !== undefined && { error }),
  };
}

/** How many payments to list: no more than the tick can ask for. */
function sliceLimit({ control, now }: CheckContext, maxRequests: number | undefined): number {
  if (maxRequests === undefined) return MAX_SLICE;
  const isBulk = knownBulkList(control.bulkList, now) !== false;
  const idsPerRequest = Math.min(control.batchSize?.ids ?? MAX_SLICE, isBulk ? MAX_SLICE : IDS_PER_GET);
  return Math.min(MAX_SLICE, maxRequests * idsPerRequest);
}

const NOBODY: PendingSlice = { payments: [], isLast: true };

/** The ids to ask for: newcomers, then the slice. Each begins with the ids among which a bad one is being isolated. */
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

/** Where the next tick continues. @param left the index of the first payment that is left */
export function positionAt(
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

/** The next slice of the current sweep, or the first slice of a new one. */
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

/** Moves newcomers that are answered. A later tick moves those for which there is no time. */
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
 * The index of the first payment of a slice that is left for the next tick, because it has no answer or its result is not
 * written. The length of the slice when there is none. Ids that were asked for when an error occurred are not left: a
 * request that always fails must not stop the sweep.
 *
 * @param held payments that were not asked for, by `nameOf`: they are not left
 */
export function firstLeft(
  slice: readonly PendingPayment[],
  result: FetchResult,
  reconciliation: Reconciliation,
  held: ReadonlySet<string> = new Set(),
): number {
  const index = slice.findIndex(
    (payment) =>
      !held.has(nameOf(payment)) &&
      !result.failed.has(payment.recordId) &&
      isUndone(payment, result, reconciliation),
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

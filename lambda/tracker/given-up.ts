import type { CheckContext } from './check-context.ts';
import { type GivenUpState, knownBulkList } from './control-state.ts';
import { InvalidQueryError, type TrackerError } from './errors.ts';
import { fetchRecords, type Part } from './fetch-records.ts';
import { isDue } from './interval.ts';
import type { PendingPayment } from './pending-payments.ts';
import { NOTHING_RECONCILED, type Reconciliation, reconcile } from './reconcile.ts';
import { firstLeft, positionAt } from './sweep.ts';

/** How often a walk through the payments that are given up begins: once an hour, in milliseconds. */
export const ASK_GIVEN_UP_EVERY = 60 * 60_000;

/** The most payments that one tick asks for. */
const MAX_SLICE = 5000;

/** The most requests of one tick: each invalid id has its own. */
const MAX_REQUESTS = 4;

/** The result of one tick's part of the walk. */
export interface GivenUpResult {
  readonly reconciliation: Reconciliation;
  readonly state: GivenUpState;
  readonly error?: TrackerError;
}

/** Whether payments that are given up are to be asked for in this tick. */
export function isGivenUpDue(state: GivenUpState | undefined, now: number): boolean {
  return state?.isRunning === true || isDue(state?.startedAt, ASK_GIVEN_UP_EVERY, now);
}

/**
 * Asks which records of the payments that are given up exist. A record that does makes its payments pending, and confirms
 * them if it is paid. Without such payments, nothing is sent.
 *
 * Each invalid id is asked for alone: in the request of others, it would be the reason to refuse them all.
 */
export async function askGivenUp(
  context: CheckContext,
  maxRequests: number = MAX_REQUESTS,
): Promise<GivenUpResult> {
  const { payments, control, now, askUntil, writeUntil } = context;
  const { givenUp } = control;
  const before: GivenUpState = givenUp?.isRunning ? givenUp : { ...givenUp, startedAt: now };
  const { startedAt } = before;
  const { payments: slice, isLast } = await payments.listGivenUp(before.after, MAX_SLICE);
  if (slice.length === 0) return { reconciliation: NOTHING_RECONCILED, state: { startedAt } };
  const result = await fetchRecords(partsOf(slice, before.alone), {
    ...context,
    want: 'existing',
    bulkList: knownBulkList(control.bulkList, now),
    maxBatchIds: MAX_SLICE,
    batchSize: before.batchSize,
    acceptedId: control.acceptedId,
    maxRequests,
    deadline: askUntil,
  });
  const reconciliation = await reconcile(slice, result, {
    ...context,
    by: 'tick',
    audit: undefined,
    deadline: writeUntil,
  });
  const left = firstLeft(slice, result, reconciliation);
  // An id that is refused is no news.
  const refused = result.error instanceof InvalidQueryError ? undefined : result.error;
  const error = refused ?? reconciliation.error;
  const isOver = isLast && left === slice.length;
  return {
    reconciliation,
    state: {
      startedAt,
      ...(!isOver && { isRunning: true, ...positionAt(left, slice, before, result) }),
      ...(result.batchSize && { batchSize: result.batchSize }),
    },
    ...(error !== undefined && { error }),
  };
}

/** The missing ids, which begin with those among which a bad one is being isolated, and each invalid id alone. */
function partsOf(slice: readonly PendingPayment[], alone = 0): Part[] {
  const idsIn = (partition: PendingPayment['partition']) =>
    slice.filter((payment) => payment.partition === partition).map(({ recordId }) => recordId);
  const missing = new Set(idsIn('missing'));
  const invalid = [...new Set(idsIn('invalid'))].filter((id) => !missing.has(id));
  return [
    { ids: [...missing].slice(0, alone), isolating: true },
    { ids: [...missing].slice(alone), isolating: false },
    ...invalid.map((id) => ({ ids: [id], isolating: false })),
  ];
}

import pMap from 'p-map';
import { InvalidIdError } from '../tracker/errors.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import { parseRecordId, parseUserId } from '../tracker/payment.ts';
import type { PaymentStore } from '../tracker/payment-store.ts';
import {
  type FailedPayment,
  InvalidPaymentsError,
  type InvalidRow,
  type TrackedPayment,
  TrackManyError,
} from './errors.ts';

/** Concurrent writes: enough for hundreds a second, and few enough for a table that scales up. */
const MAX_CONCURRENT_WRITES = 16;

/** A payment as a bot passes it. */
export interface PaymentInput {
  readonly userId: number | string;
  readonly recordId: number | string;
}

/** The result of writing a list. */
export interface Registration {
  readonly tracked: readonly TrackedPayment[];
  readonly failed: readonly FailedPayment[];
}

/**
 * Parses the ids of a list into the strings that the table stores.
 *
 * @throws {InvalidPaymentsError} names every row that is not valid
 */
export function parsePayments(list: readonly PaymentInput[]): PaymentKey[] {
  const invalid: InvalidRow[] = [];
  const payments: PaymentKey[] = [];
  for (const [index, { userId, recordId }] of list.entries()) {
    try {
      payments.push({ userId: parseUserId(userId), recordId: parseRecordId(recordId) });
    } catch (error) {
      if (!(error instanceof InvalidIdError)) throw error;
      invalid.push({ index, error });
    }
  }
  if (invalid.length > 0) throw new InvalidPaymentsError(invalid, list.length);
  return payments;
}

/** Writes every payment of the list, several at a time. A failure does not stop the others. */
export async function register(
  payments: readonly PaymentKey[],
  store: Pick<PaymentStore, 'track'>,
  now: number,
): Promise<Registration> {
  const failed: FailedPayment[] = [];
  const write = async (payment: PaymentKey, index: number): Promise<TrackedPayment | undefined> => {
    try {
      return { ...payment, ...(await store.track(payment, now)) };
    } catch (error) {
      failed.push({ ...payment, index, error });
      return undefined;
    }
  };
  const written = await pMap(payments, write, { concurrency: MAX_CONCURRENT_WRITES });
  return {
    tracked: written.filter((payment) => payment !== undefined),
    failed: failed.sort((a, b) => a.index - b.index),
  };
}

/**
 * Returns the tracked payments of a list.
 *
 * @throws {TrackManyError} when a payment could not be written
 */
export function allTracked({ tracked, failed }: Registration): readonly TrackedPayment[] {
  if (failed.length > 0) throw new TrackManyError(failed, tracked);
  return tracked;
}

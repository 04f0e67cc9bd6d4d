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

/** Writes under way at once: hundreds a second, and no flood for a table that scales up. */
const CONCURRENT_WRITES = 16;

/** A payment as bots name it. */
export interface PaymentInput {
  readonly userId: number | string;
  readonly recordId: number | string;
}

/** What a list came to. */
export interface Registration {
  readonly tracked: readonly TrackedPayment[];
  readonly failed: readonly FailedPayment[];
}

/**
 * The list as the table keeps it.
 *
 * @throws {InvalidPaymentsError} naming every row that is not valid
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

/** Writes every payment of the list, some at a time; one that fails does not stop the others. */
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
  const written = await pMap(payments, write, { concurrency: CONCURRENT_WRITES });
  return {
    tracked: written.filter((payment) => payment !== undefined),
    failed: failed.sort((a, b) => a.index - b.index),
  };
}

/** @throws {TrackManyError} when something failed */
export function allTracked({ tracked, failed }: Registration): readonly TrackedPayment[] {
  if (failed.length > 0) throw new TrackManyError(failed, tracked);
  return tracked;
}

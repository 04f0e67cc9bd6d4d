import { parseRecordId, parseUserId } from '../tracker/ids.ts';
import type { Payment } from '../tracker/payment.ts';
import type { TrackResult, UntrackResult } from '../tracker/payment-store.ts';
import type { TrackedPayment } from './errors.ts';
import { formatStats } from './format-stats.ts';
import { type Dependencies, type PaymentTrackerOptions, resolveOptions } from './options.ts';
import { type StatusResult, toStatus } from './payment-status.ts';
import { type TrackerStats, toStats } from './stats.ts';
import { allTracked, type PaymentInput, parsePayments, register } from './track-many.ts';

/**
 * What a bot uses: it tells which payments to watch and reads what has become of them. It never talks to NocoDB.
 *
 * A user id is a messenger's number or name, a record id that of the NocoDB record to be paid. A user may have several
 * payments, and users may share a record. Where the record id may be left out, the user's latest tracked payment is
 * meant.
 *
 * Every method throws {@link InvalidIdError} for an id that no payment can have, before anything is sent, and
 * {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 *
 * @example
 * const payments = new PaymentTracker({ tableName: 'Payments' });
 * await payments.track(12345, 'rec_abc');
 * if (await payments.isPaid(12345)) await payments.untrack(12345);
 */
export class PaymentTracker {
  readonly #dependencies: Dependencies;

  /** @throws {TypeError} without a table name, or with a number of shards that cannot be */
  constructor(options: PaymentTrackerOptions) {
    this.#dependencies = resolveOptions(options);
  }

  /**
   * Watches a payment until it is paid. To repeat it is safe: it renews a payment that waits, is missing or invalid,
   * and leaves a paid one paid.
   */
  async track(userId: number | string, recordId: number | string): Promise<TrackResult> {
    const { store, clock, observe } = this.#dependencies;
    const payment = { userId: parseUserId(userId), recordId: parseRecordId(recordId) };
    const result = await store.track(payment, clock.now());
    if (result.status === 'pending') observe({ type: 'payment.tracked', payment });
    return result;
  }

  /**
   * Watches many payments, such as those of the users who wait already when a bot starts.
   *
   * @returns what became of each, in the order of the list
   * @throws {InvalidPaymentsError} when ids are not valid: all such rows are named, and nothing was written
   * @throws {TrackManyError} when some could not be written: they are named, and all others were written
   */
  async trackMany(list: readonly PaymentInput[]): Promise<readonly TrackedPayment[]> {
    const { store, clock, observe } = this.#dependencies;
    const payments = parsePayments(list);
    const registration = await register(payments, store, clock.now());
    const pending = registration.tracked.filter(({ status }) => status === 'pending');
    if (pending.length > 0) {
      const users = new Set(pending.map(({ userId }) => userId)).size;
      observe({ type: 'payments.registered', payments: pending.length, users });
    }
    return allTracked(registration);
  }

  /** Whether a payment is paid, as of the last tick. One eventually consistent read; `status` tells more. */
  async isPaid(userId: number | string, recordId?: number | string): Promise<boolean> {
    const payment = await this.#find(parseUserId(userId), parseOptional(recordId));
    return payment?.status === 'paid';
  }

  /**
   * What is known about a payment, and how fresh that is. Two eventually consistent reads.
   *
   * @throws {LayoutTooNewError} when the table belongs to a newer version of the tracker
   */
  async status(userId: number | string, recordId?: number | string): Promise<StatusResult> {
    const { store, clock } = this.#dependencies;
    const record = parseOptional(recordId);
    const [payment, control] = await Promise.all([this.#find(parseUserId(userId), record), store.control()]);
    return toStatus(payment, record, control, clock.now());
  }

  /** Stops watching a payment and forgets it. A paid one stays, so that everybody who asks later still sees it paid. */
  async untrack(userId: number | string, recordId?: number | string): Promise<UntrackResult> {
    const { store, clock, observe } = this.#dependencies;
    const user = parseUserId(userId);
    const record = parseOptional(recordId) ?? (await store.latest(user, clock.now(), 'strong'))?.recordId;
    if (record === undefined) return { removed: false, status: 'untracked' };
    const payment = { userId: user, recordId: record };
    const result = await store.untrack(payment, clock.now());
    if (result.removed) observe({ type: 'payment.untracked', payment });
    return result;
  }

  /**
   * What the tracker has done and how it fares. It reads the whole index of pending payments: meant for people, not for
   * every message of a bot (a read unit for each 8 KB, some 150 payments).
   *
   * @throws {LayoutTooNewError} when the table belongs to a newer version of the tracker
   */
  async getStats(): Promise<TrackerStats> {
    const { store, clock } = this.#dependencies;
    const [control, pending] = await Promise.all([store.control(), store.pending()]);
    return toStats(control, pending, clock.now());
  }

  /** Prints the stats for people. */
  async printStats(): Promise<void> {
    this.#dependencies.print(formatStats(await this.getStats()));
  }

  #find(userId: string, recordId: string | undefined): Promise<Payment | undefined> {
    const { store, clock } = this.#dependencies;
    if (recordId === undefined) return store.latest(userId, clock.now(), 'eventual');
    return store.find({ userId, recordId }, clock.now());
  }
}

function parseOptional(recordId: number | string | undefined): string | undefined {
  return recordId === undefined ? undefined : parseRecordId(recordId);
}

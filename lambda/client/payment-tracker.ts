import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '../table/document-client.ts';
import { DynamoPaymentStore } from '../table/payment-store.ts';
import { type Clock, systemClock } from '../tracker/clock.ts';
import type { Observer } from '../tracker/events.ts';
import { type Payment, parseRecordId, parseUserId } from '../tracker/payment.ts';
import type { PaymentStore, TrackResult, UntrackResult } from '../tracker/payment-store.ts';
import type { TrackedPayment } from './errors.ts';
import { type StatusResult, toStatus } from './payment-status.ts';
import { formatStats, type TrackerStats, toStats } from './stats.ts';
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

/** Where the payments are, and how to behave. */
export interface PaymentTrackerOptions {
  /** Name of the payments table, an output of the stack. */
  readonly tableName: string;
  /** @default one with short timeouts; region and credentials as the AWS SDK finds them */
  readonly client?: DynamoDBDocumentClient;
  /** @default the machine's */
  readonly clock?: Pick<Clock, 'now'>;
  /** Told about every payment tracked and untracked, for example {@link consoleObserver}. @default nobody */
  readonly observe?: Observer;
  readonly retention?: {
    /** Days that a payment may wait before it is given up. @default 90 */
    readonly pendingDays?: number;
  };
  /** How many partitions the table's index has: what the stack was given. @default 1 */
  readonly shards?: number;
  /** Where `printStats` prints. @default console.log */
  readonly print?: (text: string) => void;
}

/** The options with everything decided. */
export interface Dependencies {
  readonly store: PaymentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly print: (text: string) => void;
}

/** @throws {TypeError} without a table name, or with a number of shards that cannot be */
export function resolveOptions(options: PaymentTrackerOptions): Dependencies {
  const { tableName, shards = 1, retention } = options;
  if (typeof tableName !== 'string' || tableName === '') {
    throw new TypeError(
      'PaymentTracker: tableName is missing. Pass the name of the payments table; a Lambda gets it from the stack in an environment variable.',
    );
  }
  if (!Number.isInteger(shards) || shards < 1) {
    throw new TypeError(
      `PaymentTracker: shards is ${shards}. Pass the whole number that the stack was given.`,
    );
  }
  const client = options.client ?? createDocumentClient();
  return {
    store: new DynamoPaymentStore({ client, tableName, shards, ...retention }),
    clock: options.clock ?? systemClock,
    observe: options.observe ?? (() => {}),
    print: options.print ?? console.log,
  };
}

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

/** Options of {@link PaymentTracker}. */
export interface PaymentTrackerOptions {
  /** Name of the payments table: an output of the stack. */
  readonly tableName: string;
  /** @default a client with short time limits; region and credentials as the AWS SDK finds them */
  readonly client?: DynamoDBDocumentClient;
  /** @default the machine's clock */
  readonly clock?: Pick<Clock, 'now'>;
  /** Called for every payment tracked or untracked, for example {@link consoleObserver}. @default nothing is called */
  readonly observe?: Observer;
  readonly retention?: {
    /** Days after which a pending payment expires. @default 90 */
    readonly pendingDays?: number;
  };
  /**
   * Number of partitions that the stack spreads pending payments over, which `getStats` reads. `track` needs it only with a
   * stack that is older than this client.
   *
   * @default 1
   */
  readonly shards?: number;
  /** Prints the text of `printStats`. @default console.log */
  readonly print?: (text: string) => void;
}

/**
 * The client for bots: tracks payments and reads their status from DynamoDB. It never sends a request to NocoDB.
 *
 * A user id is a messenger's number or name. A record id is the id of the NocoDB record that the user has to pay. A user
 * may have several payments, and users may share a record. Without a record id, a method uses the user's latest tracked
 * payment.
 *
 * Every method throws {@link InvalidIdError} for an id that is not valid, before anything is sent, and
 * {@link TableUnavailableError} when DynamoDB refuses the operation or does not answer.
 *
 * @example
 * const payments = new PaymentTracker({ tableName: 'Payments' });
 * await payments.track(12345, 42);
 * if (await payments.isPaid(12345)) await payments.untrack(12345);
 */
export class PaymentTracker {
  readonly #dependencies: Dependencies;

  /** @throws {TypeError} without a table name, or when `shards` is not a whole number above 0 */
  constructor(options: PaymentTrackerOptions) {
    this.#dependencies = resolveOptions(options);
  }

  /**
   * Tracks a payment until it is paid. It is safe to repeat: a pending, missing or invalid payment is renewed, and a paid
   * one stays paid.
   */
  async track(userId: number | string, recordId: number | string): Promise<TrackResult> {
    const { store, clock, observe } = this.#dependencies;
    const payment = { userId: parseUserId(userId), recordId: parseRecordId(recordId) };
    const result = await store.track(payment, clock.now());
    if (result.status === 'pending') observe({ type: 'payment.tracked', payment });
    return result;
  }

  /**
   * Tracks many payments, for example those of all waiting users when a bot starts.
   *
   * @returns the result for each payment, in the order of the list
   * @throws {InvalidPaymentsError} when ids are not valid: it names all such rows, and nothing was written
   * @throws {TrackManyError} when some payments could not be written: it names them, and all others were written
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

  /** Whether a payment is paid, as of the last tick. One eventually consistent read; `status` returns more. */
  async isPaid(userId: number | string, recordId?: number | string): Promise<boolean> {
    const payment = await this.#find(parseUserId(userId), parseOptional(recordId));
    return payment?.status === 'paid';
  }

  /**
   * The status of a payment, and how fresh it is. Two eventually consistent reads.
   *
   * @throws {LayoutTooNewError} when a newer version of the tracker wrote the table
   */
  async status(userId: number | string, recordId?: number | string): Promise<StatusResult> {
    const { store, clock } = this.#dependencies;
    const record = parseOptional(recordId);
    const [payment, control] = await Promise.all([this.#find(parseUserId(userId), record), store.control()]);
    return toStatus(payment, record, control, clock.now());
  }

  /** Stops tracking a payment and removes it. A paid one stays, so that all later readers still see it as paid. */
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
   * What the tracker has done and its current state.
   *
   * It reads the whole index of payments that are not paid: one read unit for about 100 payments. With 1,000,000 such payments,
   * a call costs about 10,000 read units ($0.00125 in us-east-1), takes several seconds, and needs some 300 MB of memory.
   * The table serves 4,000 read units a second, so that frequent calls throttle the ticks. Use it for people, not for
   * every message of a bot.
   *
   * @throws {LayoutTooNewError} when a newer version of the tracker wrote the table
   */
  async getStats(): Promise<TrackerStats> {
    const { store, clock } = this.#dependencies;
    const [control, pending, missing, invalid] = await Promise.all([
      store.control(),
      store.pending(),
      store.givenUp('missing'),
      store.givenUp('invalid'),
    ]);
    return toStats(control, { pending, missing, invalid }, clock.now());
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

/** The options with all defaults filled in. */
interface Dependencies {
  readonly store: PaymentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: Observer;
  readonly print: (text: string) => void;
}

function resolveOptions(options: PaymentTrackerOptions): Dependencies {
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

function parseOptional(recordId: number | string | undefined): string | undefined {
  return recordId === undefined ? undefined : parseRecordId(recordId);
}

import type { Payment, PaymentKey } from '../tracker/payment.ts';
import type { Control, PaymentStore, TrackResult, UntrackResult } from '../tracker/payment-store.ts';
import { NEW_PARTITION } from '../tracker/pending-payments.ts';
import { IS_NOT_GIVEN_UP, IS_NOT_PAID } from './conditions.ts';
import { readControl } from './control-item.ts';
import { type Consistency, DocumentTable, type Item, type TableOptions } from './document-table.ts';
import {
  CONTROL_KEY,
  FIRST_LAYOUT_WITH_NEW,
  GIVEN_UP_VALUES,
  LAYOUT_VERSION,
  type PaymentItem,
  partitionOf,
  partitionsOf,
  paymentKey,
  RECORD_PREFIX,
  userPartition,
} from './layout.ts';
import { listAll } from './pending-index.ts';
import { DEFAULT_RETENTION, expiresAfter, isExpired, toSeconds } from './retention.ts';

export interface PaymentStoreOptions extends TableOptions {
  /** How many partitions the index has. The same for everybody who uses the table. @default 1 */
  readonly shards?: number;
  /** Days that a payment may wait. @default 90 */
  readonly pendingDays?: number;
}

/**
 * The payments as bots see them, in DynamoDB.
 *
 * Rights it needs, on the table: `GetItem` and `Query` to read; `UpdateItem` and, for the control item, `GetItem` to
 * track; `DeleteItem` to untrack. It writes only items with leading keys `USER#*`. On the index: `Query`, only for
 * {@link DynamoPaymentStore.pending}.
 *
 * Each method throws {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 */
export class DynamoPaymentStore implements PaymentStore {
  readonly #table: DocumentTable;
  readonly #shards: number;
  readonly #pendingDays: number;
  /** Whether ticks are known to list newcomers. */
  #listsNew: Promise<boolean> | undefined;

  constructor(options: PaymentStoreOptions) {
    const { shards = 1, pendingDays = DEFAULT_RETENTION.pendingDays } = options;
    this.#table = new DocumentTable(options);
    this.#shards = shards;
    this.#pendingDays = pendingDays;
  }

  async track(payment: PaymentKey, now: number): Promise<TrackResult> {
    const values = {
      ':userId': payment.userId,
      ':recordId': payment.recordId,
      ':pending': 'pending',
      ':paid': 'paid',
      ':trackedAt': now,
      ':expiresAt': expiresAfter(now, this.#pendingDays),
      ':shard': await this.#partitionOfNew(payment.recordId),
      ':nowSeconds': toSeconds(now),
    };
    const write = (shard: string, condition: string, more: Readonly<Record<string, unknown>>) =>
      this.#table.write({
        operation: 'track payment',
        key: paymentKey(payment),
        update: `SET #userId = :userId, #recordId = :recordId, #status = :pending, #trackedAt = :trackedAt,
            #expiresAt = :expiresAt, #shard = ${shard}
          REMOVE #paidAt, #confirmedBy, #misses, #lastMissedAudit, #givenUpAt, #reason`,
        condition,
        values: { ...values, ...more },
      });
    // A pending payment stays in its partition. One that is given up returns to the newcomers.
    let result = await write(
      'if_not_exists(#shard, :shard)',
      `${IS_NOT_PAID} AND ${IS_NOT_GIVEN_UP}`,
      GIVEN_UP_VALUES,
    );
    if (!result.written && result.found?.shard !== undefined) result = await write(':shard', IS_NOT_PAID, {});
    if (!result.written) return { status: 'paid', created: false };
    return { status: 'pending', created: toPayment(result.item, now) === undefined };
  }

  async untrack(payment: PaymentKey, now: number): Promise<UntrackResult> {
    const result = await this.#table.write({
      operation: 'untrack payment',
      key: paymentKey(payment),
      condition: IS_NOT_PAID,
      values: { ':paid': 'paid', ':nowSeconds': toSeconds(now) },
    });
    if (!result.written) return { removed: false, status: 'paid' };
    return { removed: toPayment(result.item, now) !== undefined, status: 'untracked' };
  }

  async find(payment: PaymentKey, now: number): Promise<Payment | undefined> {
    return toPayment(await this.#table.get('read payment', paymentKey(payment)), now);
  }

  async latest(userId: string, now: number, consistency: Consistency): Promise<Payment | undefined> {
    const pages = this.#table.query({
      operation: 'read payments of user',
      condition: '#pk = :user AND begins_with(#sk, :record)',
      consistency,
      values: { ':user': userPartition(userId), ':record': RECORD_PREFIX },
    });
    let latest: Payment | undefined;
    for await (const items of pages) {
      for (const item of items) {
        const payment = toPayment(item, now);
        if (payment && (latest === undefined || isLater(payment, latest))) latest = payment;
      }
    }
    return latest;
  }

  /**
   * Ticks of an older layout do not list newcomers: for them, a payment goes at once where they look. The layout is read
   * until it is new enough; from then on it stays so.
   */
  async #partitionOfNew(recordId: string): Promise<string> {
    this.#listsNew ??= this.#readListsNew();
    return (await this.#listsNew) ? NEW_PARTITION : partitionOf(recordId, this.#shards);
  }

  /** Whether ticks list newcomers. Calls at the same time share one read; only the answer `true` is kept. */
  async #readListsNew(): Promise<boolean> {
    let listsNew = false;
    try {
      const item = await this.#table.get('read control item', CONTROL_KEY);
      const layout = (item?.layout as number | undefined) ?? LAYOUT_VERSION;
      listsNew = layout >= FIRST_LAYOUT_WITH_NEW;
      return listsNew;
    } finally {
      if (!listsNew) this.#listsNew = undefined;
    }
  }

  pending(): Promise<readonly PaymentKey[]> {
    return listAll(this.#table, partitionsOf(this.#shards));
  }

  givenUp(reason: 'missing' | 'invalid'): Promise<readonly PaymentKey[]> {
    return listAll(this.#table, [reason]);
  }

  control(): Promise<Control> {
    return readControl(this.#table);
  }
}

/** The payment in an item; `undefined` when there is none, or it has expired. */
function toPayment(item: Item | undefined, now: number): Payment | undefined {
  if (item === undefined) return undefined;
  const { userId, recordId, status, trackedAt, expiresAt, paidAt, givenUpAt, reason } =
    item as unknown as PaymentItem;
  if (isExpired({ expiresAt }, now)) return undefined;
  return {
    userId,
    recordId,
    status,
    trackedAt,
    expiresAt,
    ...(paidAt !== undefined && { paidAt }),
    ...(givenUpAt !== undefined && { givenUpAt }),
    ...(reason !== undefined && { reason }),
  };
}

/** Record ids are usually numbers. Compared as text, 9 would follow 10. */
const byNumber = new Intl.Collator('en', { numeric: true });

function isLater(a: Payment, b: Payment): boolean {
  if (a.trackedAt !== b.trackedAt) return a.trackedAt > b.trackedAt;
  return byNumber.compare(a.recordId, b.recordId) > 0;
}

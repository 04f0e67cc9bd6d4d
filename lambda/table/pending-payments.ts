import { type ConfirmedBy, nameOf, type PaymentKey } from '../tracker/payment.ts';
import {
  GIVEN_UP_PARTITIONS,
  NEW_PARTITION,
  type PendingPayment,
  type PendingPayments,
  type PendingSlice,
  type TimeSpan,
} from '../tracker/pending-payments.ts';
import { IS_GIVEN_UP, IS_NEW, IS_PENDING, MISSED_IN_PREVIOUS_AUDIT, wasTrackedIn } from './conditions.ts';
import { DocumentTable, type TableOptions, type WriteResult } from './document-table.ts';
import { GIVEN_UP_VALUES, type PaymentItem, partitionOf, partitionsOf, paymentKey } from './layout.ts';
import { listOfRecord, listSlice } from './pending-index.ts';
import { DEFAULT_RETENTION, expiresAfter } from './retention.ts';

export interface DynamoPendingPaymentsOptions extends TableOptions {
  /** Who confirms through this adapter. */
  readonly confirmedBy: ConfirmedBy;
  /** How many partitions the index has. The same for everybody who uses the table. @default 1 */
  readonly shards?: number;
  /** Days that a paid payment stays readable. @default 30 */
  readonly paidDays?: number;
}

/**
 * The payments that are not paid, in DynamoDB. Every write is one conditional update of one item.
 *
 * A pending payment past its expiry may still be confirmed as long as DynamoDB has not deleted it: it has been paid, and
 * that is worth more than the order of the two.
 *
 * Each method throws {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 */
export class DynamoPendingPayments implements PendingPayments {
  readonly #table: DocumentTable;
  readonly #confirmedBy: ConfirmedBy;
  readonly #shards: number;
  readonly #paidDays: number;

  constructor(options: DynamoPendingPaymentsOptions) {
    const { confirmedBy, shards = 1, paidDays = DEFAULT_RETENTION.paidDays } = options;
    this.#table = new DocumentTable(options);
    this.#confirmedBy = confirmedBy;
    this.#shards = shards;
    this.#paidDays = paidDays;
  }

  list(after: PendingPayment | undefined, limit: number): Promise<PendingSlice> {
    return listSlice(this.#table, partitionsOf(this.#shards), after, limit);
  }

  listNew(after: PendingPayment | undefined, limit: number): Promise<PendingSlice> {
    return listSlice(this.#table, [NEW_PARTITION], after, limit);
  }

  listGivenUp(after: PendingPayment | undefined, limit: number): Promise<PendingSlice> {
    return listSlice(this.#table, GIVEN_UP_PARTITIONS, after, limit);
  }

  ofRecord(recordId: string): Promise<PendingPayment[]> {
    return listOfRecord(this.#table, recordId, this.#shards);
  }

  async trackedAt(payments: readonly PaymentKey[]): Promise<ReadonlyMap<string, number>> {
    const keys = new Map(payments.map((payment) => [nameOf(payment), paymentKey(payment)]));
    const items = await this.#table.getMany('read when payments were tracked', [...keys.values()]);
    return new Map((items as unknown as PaymentItem[]).map((item) => [nameOf(item), item.trackedAt]));
  }

  async moveFromNew(payment: PaymentKey): Promise<boolean> {
    const result = await this.#writePending('move payment in the index', payment, {
      update: 'SET #shard = :partition',
      condition: IS_NEW,
      values: { ':partition': partitionOf(payment.recordId, this.#shards), ':new': NEW_PARTITION },
    });
    return result.written;
  }

  async confirm(payment: PaymentKey, paidAt: number, trackedIn?: readonly TimeSpan[]): Promise<boolean> {
    const result = await this.#writePending('confirm payment', payment, {
      update: `SET #status = :paid, #paidAt = :paidAt, #confirmedBy = :confirmedBy, #expiresAt = :expiresAt
        REMOVE #shard, #misses, #lastMissedAudit`,
      ...(trackedIn && { condition: wasTrackedIn(trackedIn) }),
      values: {
        ...spanValues(trackedIn),
        ':paid': 'paid',
        ':paidAt': paidAt,
        ':confirmedBy': this.#confirmedBy,
        ':expiresAt': expiresAfter(paidAt, this.#paidDays),
      },
    });
    return result.written || this.#wasOurs(result, paidAt);
  }

  async noteMiss(payment: PaymentKey, audit: number): Promise<number> {
    const inRow = await this.#writePending('note miss', payment, {
      update: 'SET #misses = #misses + :one, #lastMissedAudit = :audit',
      condition: MISSED_IN_PREVIOUS_AUDIT,
      values: { ':one': 1, ':audit': audit, ':previousAudit': audit - 1 },
      returns: 'ALL_NEW',
    });
    if (inRow.written) return inRow.item?.misses as number;
    if (inRow.found?.status !== 'pending') return 0;
    if (inRow.found.lastMissedAudit === audit) return inRow.found.misses as number;

    const first = await this.#writePending('note miss', payment, {
      update: 'SET #misses = :one, #lastMissedAudit = :audit',
      values: { ':one': 1, ':audit': audit },
    });
    return first.written ? 1 : 0;
  }

  // The partition of a payment that is given up has the name of its status.
  async markMissing(payment: PaymentKey, now: number): Promise<boolean> {
    const result = await this.#writePending('mark payment missing', payment, {
      update: 'SET #status = :missing, #shard = :missing, #givenUpAt = :now',
      values: { ':missing': 'missing', ':now': now },
    });
    return result.written;
  }

  async markInvalid(payment: PaymentKey, reason: string, now: number): Promise<boolean> {
    const result = await this.#writePending('mark payment invalid', payment, {
      update: 'SET #status = :invalid, #shard = :invalid, #givenUpAt = :now, #reason = :reason',
      values: { ':invalid': 'invalid', ':now': now, ':reason': reason },
    });
    return result.written;
  }

  async revive(payment: PaymentKey): Promise<boolean> {
    const result = await this.#table.write({
      operation: 'make payment pending again',
      key: paymentKey(payment),
      update: 'SET #status = :pending, #shard = :new REMOVE #misses, #lastMissedAudit, #givenUpAt, #reason',
      condition: IS_GIVEN_UP,
      values: { ...GIVEN_UP_VALUES, ':pending': 'pending', ':new': NEW_PARTITION },
    });
    // Repeated by the SDK after a lost answer, it meets what it has written.
    return result.written || (result.retried && result.found?.status === 'pending');
  }

  #writePending(
    operation: string,
    payment: PaymentKey,
    write: {
      readonly update: string;
      /** Beside being pending. */
      readonly condition?: string;
      readonly values: Readonly<Record<string, unknown>>;
      readonly returns?: 'ALL_NEW';
    },
  ): Promise<WriteResult> {
    return this.#table.write({
      ...write,
      operation,
      key: paymentKey(payment),
      condition: write.condition === undefined ? IS_PENDING : `${IS_PENDING} AND ${write.condition}`,
      values: { ...write.values, ':pending': 'pending' },
    });
  }

  /** A confirmation whose answer was lost meets itself when it is sent again; it must be told and counted all the same. */
  #wasOurs(result: WriteResult & { written: false }, paidAt: number): boolean {
    const { retried, found } = result;
    return retried && found?.paidAt === paidAt && found.confirmedBy === this.#confirmedBy;
  }
}

/** The values of `wasTrackedIn`. */
function spanValues(spans: readonly TimeSpan[] = []): Record<string, number> {
  const values = spans.flatMap(({ from, until }, index): [string, number][] => [
    [`:from${index}`, from],
    ...(until === undefined ? [] : [[`:until${index}`, until] as [string, number]]),
  ]);
  return Object.fromEntries(values);
}

import type { ConfirmedBy, PaymentKey } from '../tracker/payment.ts';
import {
  NEW_PARTITION,
  type PendingPayment,
  type PendingPayments,
  type PendingSlice,
} from '../tracker/pending-payments.ts';
import { IS_NEW, IS_PENDING, MISSED_IN_PREVIOUS_AUDIT } from './conditions.ts';
import { DocumentTable, type TableOptions, type WriteResult } from './document-table.ts';
import { partitionOf, partitionsOf, paymentKey } from './layout.ts';
import { listPendingOf, listSlice } from './pending-index.ts';
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
 * The pending payments, in DynamoDB. Every write is one conditional update of one item.
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

  ofRecord(recordId: string): Promise<PaymentKey[]> {
    return listPendingOf(this.#table, recordId, this.#shards);
  }

  async moveFromNew(payment: PaymentKey): Promise<boolean> {
    const result = await this.#writePending('move payment in the index', payment, {
      update: 'SET #shard = :partition',
      condition: IS_NEW,
      values: { ':partition': partitionOf(payment.recordId, this.#shards), ':new': NEW_PARTITION },
    });
    return result.written;
  }

  async confirm(payment: PaymentKey, paidAt: number): Promise<boolean> {
    const result = await this.#writePending('confirm payment', payment, {
      update: `SET #status = :paid, #paidAt = :paidAt, #confirmedBy = :confirmedBy, #expiresAt = :expiresAt
        REMOVE #shard, #misses, #lastMissedAudit`,
      values: {
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

  async markMissing(payment: PaymentKey): Promise<boolean> {
    const result = await this.#writePending('mark payment missing', payment, {
      update: 'SET #status = :missing REMOVE #shard',
      values: { ':missing': 'missing' },
    });
    return result.written;
  }

  async markInvalid(payment: PaymentKey, reason: string): Promise<boolean> {
    const result = await this.#writePending('mark payment invalid', payment, {
      update: 'SET #status = :invalid, #reason = :reason REMOVE #shard',
      values: { ':invalid': 'invalid', ':reason': reason },
    });
    return result.written;
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

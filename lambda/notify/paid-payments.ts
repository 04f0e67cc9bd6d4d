import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { DocumentTable, namesIn, type TableOptions } from '../table/document-table.ts';
import { tableError } from '../table/errors.ts';
import { paymentKey } from '../table/layout.ts';
import { isExpired, toSeconds } from '../table/retention.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { ConfirmedPayment } from './payment-confirmed.ts';
import { readPaidItem, UnreadableRecordError } from './stream-record.ts';

const IS_PAID = '#status = :paid AND #paidAt >= :since AND #expiresAt > :now';

/**
 * The paid payments of the table, to announce them again. It needs the rights `GetItem` and `Scan`.
 *
 * Both methods throw {@link TableUnavailableError}, and {@link UnreadableRecordError} for an item that the tracker did
 * not write.
 */
export class PaidPayments {
  readonly #options: TableOptions;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** @returns `undefined` when the payment is not paid, or has expired */
  async find(payment: PaymentKey, now: number): Promise<ConfirmedPayment | undefined> {
    const table = new DocumentTable(this.#options);
    const item = await table.get('read payment', paymentKey(payment), 'strong');
    if (item?.status !== 'paid' || isExpired({ expiresAt: item.expiresAt as number }, now)) return undefined;
    return readPaidItem(item, this.#target(item));
  }

  /**
   * All payments that were confirmed at or after a moment, in pages. It reads the whole table: about one read unit for 30
   * payments.
   *
   * @param since epoch milliseconds
   */
  async *confirmedSince(since: number, now: number): AsyncGenerator<readonly ConfirmedPayment[]> {
    const { client, tableName } = this.#options;
    const pages = paginateScan(
      { client },
      {
        TableName: tableName,
        FilterExpression: IS_PAID,
        ExpressionAttributeNames: namesIn(IS_PAID),
        ExpressionAttributeValues: { ':paid': 'paid', ':since': since, ':now': toSeconds(now) },
      },
    );
    try {
      for await (const { Items: items = [] } of pages) {
        yield items.map((item) => readPaidItem(item, this.#target(item)));
      }
    } catch (error) {
      if (error instanceof UnreadableRecordError) throw error;
      throw tableError('list paid payments', `DynamoDB table ${tableName}`, error);
    }
  }

  #target({ pk, sk }: Readonly<Record<string, unknown>>): string {
    return `DynamoDB table ${this.#options.tableName}, ${pk} ${sk}`;
  }
}

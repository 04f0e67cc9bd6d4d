import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { PaymentItem } from '../table/layout.ts';
import type { ConfirmedPayment } from './payment-confirmed.ts';

/** A record of the stream that is not a paid payment in the table's layout. */
export class UnreadableRecordError extends Error {
  constructor(found: string, options?: ErrorOptions) {
    super(
      `read a record of the table's stream: ${found}. Only the tracker may make payments paid; see who else writes the table.`,
      options,
    );
    this.name = new.target.name;
  }
}

/**
 * The confirmed payment in a record of the table's stream. The stream carries the item after the change.
 *
 * @throws {UnreadableRecordError}
 */
export function readConfirmation({ dynamodb }: Pick<DynamoDBRecord, 'dynamodb'>): ConfirmedPayment {
  const image = dynamodb?.NewImage;
  if (image === undefined) throw new UnreadableRecordError('it has no new image');
  const item = unmarshall(image as Record<string, AttributeValue>) as Partial<PaymentItem>;
  const { userId, recordId, status, paidAt, confirmedBy } = item;
  if (status !== 'paid' || typeof userId !== 'string' || typeof recordId !== 'string') {
    throw new UnreadableRecordError('it is not a paid payment');
  }
  if (typeof paidAt !== 'number' || Number.isNaN(new Date(paidAt).getTime())) {
    throw new UnreadableRecordError(`the payment ${userId} ${recordId} does not say when it was paid`);
  }
  const isKnown = confirmedBy === 'tick' || confirmedBy === 'webhook';
  return { userId, recordId, paidAt, ...(isKnown && { confirmedBy }) };
}

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../table/document-table.ts';
import type { PaymentItem } from '../table/layout.ts';
import { TrackerError } from '../tracker/errors.ts';
import type { ConfirmedPayment } from './payment-confirmed.ts';

/** The part of a record of the table's stream that is used here. */
export type StreamRecord = Pick<DynamoDBRecord, 'dynamodb'>;

/** A record of the table's stream, or an item, is not a paid payment in the table's layout. */
export class UnreadableRecordError extends TrackerError {
  readonly kind = 'UnreadableRecord';
}

/**
 * Reads the confirmed payment in a record of the table's stream. The stream contains the item after the change.
 *
 * @throws {UnreadableRecordError}
 */
export function readConfirmation({ dynamodb }: StreamRecord): ConfirmedPayment {
  const image = dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
  const target = `record ${dynamodb?.SequenceNumber ?? 'without a number'} of the table's stream`;
  return readPaidItem(image && unmarshall(image), target);
}

/**
 * Reads the confirmed payment in an item.
 *
 * @param target where the item is, for the error
 * @throws {UnreadableRecordError}
 */
export function readPaidItem(item: Item | undefined, target: string): ConfirmedPayment {
  const unreadable = (problem: string) =>
    new UnreadableRecordError({
      operation: 'read paid payment',
      target,
      problem,
      hint: 'Only the tracker may make payments paid: find out what else writes to the table.',
    });
  if (item === undefined) throw unreadable('it has no new image');
  const { userId, recordId, status, paidAt, confirmedBy } = item as Partial<PaymentItem>;
  if (status !== 'paid' || typeof userId !== 'string' || typeof recordId !== 'string') {
    throw unreadable('it is not a paid payment');
  }
  if (typeof paidAt !== 'number' || Number.isNaN(new Date(paidAt).getTime())) {
    throw unreadable(`the payment of user ${userId} (record: ${recordId}) has no valid paidAt`);
  }
  const isKnown = confirmedBy === 'tick' || confirmedBy === 'webhook';
  return { userId, recordId, paidAt, ...(isKnown && { confirmedBy }) };
}

import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { PaymentItem } from '../../../lambda/table/layout.ts';

/** A paid payment as the table holds it. */
export function paidItem(values: Partial<PaymentItem> = {}): PaymentItem {
  const { userId = '12345', recordId = '17' } = values;
  return {
    pk: `USER#${userId}`,
    sk: `RECORD#${recordId}`,
    userId,
    recordId,
    status: 'paid',
    trackedAt: Date.UTC(2026, 0, 1),
    expiresAt: Date.UTC(2026, 1, 1) / 1000,
    paidAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    confirmedBy: 'tick',
    ...values,
  };
}

/** A record of the table's stream, with the item after the change. */
export function streamRecord(item: object, sequenceNumber = '100'): DynamoDBRecord {
  const image = marshall(item, { removeUndefinedValues: true });
  return {
    eventName: 'MODIFY',
    dynamodb: { SequenceNumber: sequenceNumber, NewImage: image as Record<string, { S: string }> },
  };
}

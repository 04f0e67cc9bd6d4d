import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { awsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import { partitionOf, paymentKey } from '../../lambda/table/layout.ts';
import { expiresAfter } from '../../lambda/table/retention.ts';
import type { PaymentKey } from '../../lambda/tracker/payment.ts';
import { createTableInput } from '../support/create-table-input.ts';
import type { EmulatedTable } from './tick/protocol.ts';

/** DynamoDB's largest batch, and how many of them are under way at once. */
const ITEMS_IN_BATCH = 25;
const BATCHES_AT_ONCE = 8;

/** Whose payment a record is, in the bench. */
export function paymentOf(recordId: string): PaymentKey {
  return { userId: `user${recordId}`, recordId };
}

/** A document client for an emulator of DynamoDB. */
export function emulatorClient(endpoint: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(awsClientConfig(endpoint)));
}

/** Creates a payments table as the stack does. */
export async function createPaymentsTable(
  client: DynamoDBDocumentClient,
  endpoint: string,
): Promise<EmulatedTable> {
  const name = `bench-${randomUUID()}`;
  await client.send(new CreateTableCommand(createTableInput(name)));
  return { kind: 'emulator', name, ...awsClientConfig(endpoint) };
}

/** Writes pending payments in batches, in the form in which `track` writes one. */
export async function trackAll(
  client: DynamoDBDocumentClient,
  table: EmulatedTable,
  recordIds: readonly string[],
): Promise<void> {
  const now = Date.now();
  const item = (recordId: string) => ({
    ...paymentKey(paymentOf(recordId)),
    ...paymentOf(recordId),
    status: 'pending',
    trackedAt: now,
    expiresAt: expiresAfter(now, 90),
    shard: partitionOf(recordId, 1),
  });
  const size = ITEMS_IN_BATCH * BATCHES_AT_ONCE;
  for (let start = 0; start < recordIds.length; start += size) {
    const ids = recordIds.slice(start, start + size);
    const batches = Array.from({ length: Math.ceil(ids.length / ITEMS_IN_BATCH) }, (_, batch) =>
      ids.slice(batch * ITEMS_IN_BATCH, (batch + 1) * ITEMS_IN_BATCH),
    );
    await Promise.all(
      batches.map((batch) => {
        const puts = batch.map((recordId) => ({ PutRequest: { Item: item(recordId) } }));
        return client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
      }),
    );
  }
}

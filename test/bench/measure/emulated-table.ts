import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { awsClientConfig } from '../../../infra/local/emulator/aws-environment.ts';
import { CONTROL_KEY, LAYOUT_VERSION, partitionOf, paymentKey } from '../../../lambda/table/layout.ts';
import { expiresAfter } from '../../../lambda/table/retention.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';
import { NEW_PARTITION } from '../../../lambda/tracker/pending-payments.ts';
import { isPartial } from '../../../lambda/tracker/sweep-pace.ts';
import { createTableInput } from '../../support/create-table-input.ts';
import type { EmulatedTable } from '../tick/protocol.ts';

/** The largest batch of DynamoDB, and how many batches are under way at the same time. */
const ITEMS_IN_BATCH = 25;
const BATCHES_AT_ONCE = 8;

/** The payment of a record, in the bench. */
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

/**
 * Writes pending payments in batches, in the form in which `track` writes one.
 *
 * @param partition the partition of the index: that of newcomers, or that of payments which a tick has moved
 */
export async function trackAll(
  client: DynamoDBDocumentClient,
  table: EmulatedTable,
  recordIds: readonly string[],
  partition: 'moved' | 'new' = 'moved',
): Promise<void> {
  const now = Date.now();
  const item = (recordId: string) => ({
    ...paymentKey(paymentOf(recordId)),
    ...paymentOf(recordId),
    status: 'pending',
    trackedAt: now,
    expiresAt: expiresAfter(now, 90),
    shard: partition === 'new' ? NEW_PARTITION : partitionOf(recordId, 1),
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

/** Writes the control item of a tracker that has asked for all of these payments before. */
export async function putSweptControl(
  client: DynamoDBDocumentClient,
  table: EmulatedTable,
  pending: number,
): Promise<void> {
  const now = Date.now();
  const Item = {
    ...CONTROL_KEY,
    layout: LAYOUT_VERSION,
    lastSuccessAt: now,
    sweptAt: now,
    pending,
    emptyTicks: 0,
    ...(isPartial(pending) && { isPartial: true }),
  };
  await client.send(new PutCommand({ TableName: table.name, Item }));
}

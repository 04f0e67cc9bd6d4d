import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { onTestFinished } from 'vitest';
import type { Item, ItemKey } from '../../../lambda/table/document-table.ts';
import { CONTROL_KEY, paymentKey } from '../../../lambda/table/layout.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';
import { createTableInput } from '../../support/create-table-input.ts';
import { emulatorClient } from './emulator.ts';

/** Creates a payments table, which is deleted after the test. TTL is off: only time decides what readers see. */
export async function createPaymentTable(client: DynamoDBDocumentClient = emulatorClient()) {
  const tableName = `payments-${randomUUID()}`;
  await client.send(new CreateTableCommand(createTableInput(tableName)));
  onTestFinished(async () => {
    await client.send(new DeleteTableCommand({ TableName: tableName }));
    client.destroy();
  });

  const read = async (key: ItemKey): Promise<Item | undefined> =>
    (await client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }))).Item;
  return {
    client,
    tableName,
    /** The payment's item as stored. */
    readPayment: (payment: PaymentKey) => read(paymentKey(payment)),
    /** The control item as stored. */
    readControl: () => read(CONTROL_KEY),
    /** Writes a payment's attributes as they are. */
    putPayment: (payment: PaymentKey, attributes: Item) =>
      client.send(
        new PutCommand({ TableName: tableName, Item: { ...paymentKey(payment), ...payment, ...attributes } }),
      ),
    /** Sets one attribute of the control item, as somebody else would. */
    setControl: (name: string, value: unknown) =>
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: CONTROL_KEY,
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      ),
  };
}

export type PaymentTable = Awaited<ReturnType<typeof createPaymentTable>>;

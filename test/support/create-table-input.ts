import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { LAYOUT } from '../../lambda/table/layout.ts';

/** The input that creates a payments table like the stack's, without TTL and the stream. */
export function createTableInput(tableName: string): CreateTableCommandInput {
  const { partitionKey, sortKey, index } = LAYOUT;
  const attributes = [partitionKey, sortKey, index.partitionKey, index.sortKey];
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keys(partitionKey, sortKey),
    GlobalSecondaryIndexes: [
      {
        IndexName: index.name,
        KeySchema: keys(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  };
}

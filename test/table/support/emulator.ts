import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';

/** A client for the emulator's DynamoDB, or for a server in front of it. */
export function emulatorClient(
  endpoint: string = inject('awsEndpoint'),
  options: { maxAttempts?: number } = {},
): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    ...options,
  });
  return DynamoDBDocumentClient.from(client);
}

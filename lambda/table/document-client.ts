import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Limits of one operation on the table. */
const LIMITS = {
  /** First try and retries; the SDK's "standard" mode waits between them, with jitter. */
  maxAttempts: 3,
  /** Milliseconds for a connection, TLS included. */
  connectionTimeout: 1000,
  /** Milliseconds for an answer. DynamoDB takes a few; the largest page of a query, 1 MB, takes some hundred. */
  requestTimeout: 2000,
} as const;

/**
 * A client for the payments table. Region, credentials and endpoint come from where the AWS SDK always looks for them.
 *
 * It waits seconds for DynamoDB where the SDK would wait for ever: a tick ends within its slot, and a bot answers its
 * user. Nothing undefined is accepted in an item: to leave an attribute out is a decision of the code that writes it.
 */
export function createDocumentClient(): DynamoDBDocumentClient {
  const { maxAttempts, connectionTimeout, requestTimeout } = LIMITS;
  const client = new DynamoDBClient({
    maxAttempts,
    requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: false } });
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SDK_LIMITS } from '../aws/sdk-limits.ts';

/**
 * A client for the payments table, with {@link SDK_LIMITS}. Region, credentials and endpoint come from where the AWS SDK
 * always looks for them.
 *
 * It accepts nothing undefined in an item: whether to leave out an attribute is decided by the code that writes it.
 */
export function createDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(SDK_LIMITS), {
    marshallOptions: { removeUndefinedValues: false },
  });
}

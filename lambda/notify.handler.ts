import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { SDK_LIMITS } from './aws/sdk-limits.ts';
import { announce } from './notify/announce.ts';
import { createDeadLetters } from './notify/dead-letters.ts';
import { createEventBus } from './notify/event-bus.ts';
import { createLogger } from './observability/logger.ts';
import { readSettings } from './settings/read-settings.ts';

const { trackerName, eventBusArn, deadLetterQueueUrl } = readSettings(process.env, 'notify');
const bus = createEventBus(new EventBridgeClient(SDK_LIMITS), eventBusArn);
const deadLetters = createDeadLetters(new SQSClient(SDK_LIMITS), deadLetterQueueUrl);
const logger = createLogger(trackerName);

/** Called with payments that became paid. From the first one that fails, the stream delivers all of them again. */
export async function handler(
  { Records: records }: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> {
  logger.addContext(context);
  const failed = await announce(records, { bus, deadLetters, trackerName, logger });
  if (failed === undefined) return { batchItemFailures: [] };
  // An empty identifier makes Lambda deliver the whole batch again, so nothing is lost.
  return { batchItemFailures: [{ itemIdentifier: records[failed]?.dynamodb?.SequenceNumber ?? '' }] };
}

import { Logger } from '@aws-lambda-powertools/logger';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { announce } from './notify/announce.ts';
import { createEventBus } from './notify/event-bus.ts';
import { readSettings } from './settings/read-settings.ts';

/** The stream delivers again what fails, so nothing waits long. Milliseconds. */
const TIMEOUTS = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true } as const;

const { trackerName, eventBusArn } = readSettings(process.env, 'notify');
const client = new EventBridgeClient({ maxAttempts: 3, requestHandler: TIMEOUTS });
const bus = createEventBus(client, eventBusArn);
const logger = new Logger({ serviceName: trackerName });

/** Called with payments that have become paid. The stream delivers those not announced again, and all that follow. */
export async function handler(
  { Records: records }: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> {
  logger.addContext(context);
  const failed = await announce(records, { bus, trackerName, logger });
  if (failed === undefined) return { batchItemFailures: [] };
  // A blank identifier means the whole batch: what Lambda does not know cannot be lost.
  return { batchItemFailures: [{ itemIdentifier: records[failed]?.dynamodb?.SequenceNumber ?? '' }] };
}

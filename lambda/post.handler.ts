import { Logger } from '@aws-lambda-powertools/logger';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { SDK_LIMITS } from './aws/sdk-limits.ts';
import { createSsmToken } from './aws/ssm-token.ts';
import { createDeadLetters } from './notify/dead-letters.ts';
import { type DeliverDependencies, deliver } from './post/deliver.ts';
import { createPostQueue } from './post/post-queue.ts';
import { readSettings } from './settings/read-settings.ts';
import { systemClock } from './tracker/clock.ts';

const settings = readSettings(process.env, 'post');
const sqs = new SQSClient(SDK_LIMITS);
const logger = new Logger({ serviceName: settings.trackerName });
const dependencies: DeliverDependencies = {
  url: settings.confirmedWebhookUrl,
  secret: createSsmToken({
    parameterName: settings.confirmedWebhookSecretParameter,
    clock: systemClock,
    logger,
  }),
  queue: createPostQueue(sqs, settings.postQueueUrl),
  deadLetters: createDeadLetters(sqs, settings.deadLetterQueueUrl),
  clock: systemClock,
  logger,
};

/** Called with events of confirmed payments. Those that fail come again. */
export async function handler({ Records: messages }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  logger.addContext(context);
  const isDone = await Promise.all(messages.map((message) => deliver(message, dependencies)));
  const failed = messages.filter((_, index) => !isDone[index]);
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

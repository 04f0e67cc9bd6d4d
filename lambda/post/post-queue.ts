import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { PostQueue } from './deliver.ts';

export function createPostQueue(client: Pick<SQSClient, 'send'>, queueUrl: string): PostQueue {
  return {
    async postpone(receiptHandle, seconds) {
      const message = { QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
      await client.send(new ChangeMessageVisibilityCommand(message));
    },
  };
}

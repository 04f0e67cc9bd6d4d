import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createPostQueue } from '../../../lambda/post/post-queue.ts';
import { startAwsService } from '../../support/aws-service.ts';

it('a message that is postponed stays hidden for so many seconds', async () => {
  const { client, requests } = await startAwsService(() => ({}));
  const url = `${client.endpoint}/1/post`;

  await createPostQueue(new SQSClient(client), url).postpone('handle', 40);

  expect(requests).toEqual([
    {
      target: 'AmazonSQS.ChangeMessageVisibility',
      body: { QueueUrl: url, ReceiptHandle: 'handle', VisibilityTimeout: 40 },
    },
  ]);
});

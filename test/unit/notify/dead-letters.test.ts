import { createHash } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createDeadLetters } from '../../../lambda/notify/dead-letters.ts';
import { startAwsService } from '../../support/aws-service.ts';
import { streamRecord } from './stream-records.ts';

it('a dead letter has the whole record and the reason', async () => {
  const { client, requests } = await startAwsService(({ body }) => {
    const { MessageBody: text } = body as { MessageBody: string };
    return { MessageId: '1', MD5OfMessageBody: createHash('md5').update(text).digest('hex') };
  });
  const record = streamRecord({ pk: 'USER#1', sk: 'RECORD#2', status: 'paid' });

  await createDeadLetters(new SQSClient(client), `${client.endpoint}/1/dead`).put(
    { record },
    new TypeError('odd'),
  );

  expect(requests).toMatchObject([
    { target: 'AmazonSQS.SendMessage', body: { QueueUrl: `${client.endpoint}/1/dead` } },
  ]);
  const [{ MessageBody: text }] = requests.map(({ body }) => body) as [{ MessageBody: string }];
  expect(JSON.parse(text)).toEqual({ error: 'TypeError: odd', record });
});

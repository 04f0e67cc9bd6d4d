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

  const deadLetters = createDeadLetters(new SQSClient(client), `${client.endpoint}/1/dead`);

  await deadLetters.put({ record }, new TypeError('odd'));
  await deadLetters.put({ event: 7 }, 'a reason that is no error');

  expect(requests).toMatchObject([
    { target: 'AmazonSQS.SendMessage', body: { QueueUrl: `${client.endpoint}/1/dead` } },
    { target: 'AmazonSQS.SendMessage' },
  ]);
  const texts = requests.map(({ body }) => (body as { MessageBody: string }).MessageBody);
  expect(texts.map((text) => JSON.parse(text))).toEqual([
    { error: 'TypeError: odd', record },
    { error: 'a reason that is no error', event: 7 },
  ]);
});

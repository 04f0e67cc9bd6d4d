import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterEach, expect, it } from 'vitest';
import { createLoopStarter } from '../../../lambda/loop/loop-starter.ts';

const LOOP = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop';
const received: { readonly target: unknown; readonly body: unknown }[] = [];
const server = createServer(async (request, response) => {
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
  received.push({ target: request.headers['x-amz-target'], body });
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify({ executionArn: `${LOOP}:1`, startDate: 0 }));
});

afterEach(() => server.close());

it('starts an execution that says it is a wake-up, so that it does not rest', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new SFNClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  await createLoopStarter(client, LOOP).start();

  expect(received).toEqual([
    {
      target: 'AWSStepFunctions.StartExecution',
      body: { stateMachineArn: LOOP, input: '{"startedBy":"wake-up"}' },
    },
  ]);
  client.destroy();
});

import { SFNClient } from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import { createLoopStarter } from '../../../lambda/loop/loop-starter.ts';
import { startAwsService } from '../../support/aws-service.ts';

const LOOP = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Loop';

it('starts an execution that says it is a wake-up, so that it does not rest', async () => {
  const { client, requests } = await startAwsService(() => ({ executionArn: `${LOOP}:1`, startDate: 0 }));

  await createLoopStarter(new SFNClient(client), LOOP).start();

  expect(requests).toEqual([
    {
      target: 'AWSStepFunctions.StartExecution',
      body: { stateMachineArn: LOOP, input: '{"startedBy":"wake-up"}' },
    },
  ]);
});

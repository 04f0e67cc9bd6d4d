import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';

/** Deletes a stack and waits until it is gone. */
export async function removeStack(aws: AwsClientConfig, stackName: string): Promise<void> {
  const client = new CloudFormationClient(aws);
  await client.send(new DeleteStackCommand({ StackName: stackName }));
  await waitUntilStackDeleteComplete(
    { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 },
    { StackName: stackName },
  );
}

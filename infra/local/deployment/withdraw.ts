import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';

/** What a deployment has put on an emulator. */
export interface Deployment {
  readonly stackName: string;
  /** The SSM parameter with NocoDB's token. */
  readonly tokenParameterName: string;
}

/** Deletes the token and the stack, and waits until the stack is gone. What is not there is no fault. */
export async function withdraw(aws: AwsClientConfig, deployment: Deployment): Promise<void> {
  const { stackName: StackName, tokenParameterName } = deployment;
  await new SSMClient(aws).send(new DeleteParametersCommand({ Names: [tokenParameterName] }));
  const client = new CloudFormationClient(aws);
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { StackName });
}

import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';
import { StartError } from '../errors/start-error.ts';

/** What a deployment has put on an emulator. */
export interface Deployment {
  readonly stackName: string;
  /** The SSM parameter with NocoDB's token. */
  readonly tokenParameterName: string;
}

/**
 * Deletes the token and the stack, and waits until the stack is gone. What is not there is no fault.
 *
 * @throws {StartError} when the emulator does not do it
 */
export async function removeStack(aws: AwsClientConfig, deployment: Deployment): Promise<void> {
  const { stackName: StackName, tokenParameterName } = deployment;
  try {
    await new SSMClient(aws).send(new DeleteParametersCommand({ Names: [tokenParameterName] }));
    const client = new CloudFormationClient(aws);
    await client.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { StackName });
  } catch (cause) {
    throw new StartError(
      `The stack ${StackName} could not be deleted from the emulator on ${aws.endpoint} (${reasonOf(cause)})`,
      'If the emulator still runs, start again and stop: the next deployment replaces the stack.',
      cause,
    );
  }
}

/** The SDK's errors about connections have a code and often no message. */
function reasonOf(cause: unknown): string {
  const { name, message, code } = cause as NodeJS.ErrnoException;
  return code ?? (message.split('\n')[0] || name);
}

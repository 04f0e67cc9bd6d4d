import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DeleteParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';
import { StartError } from '../errors/start-error.ts';

export interface RemoveStackOptions {
  readonly stackName: string;
  /** Names of the SSM parameters that hold the secrets of the stack. */
  readonly parameterNames: readonly string[];
}

/**
 * Deletes the secrets and the stack from an emulator, and waits until the stack is gone. A secret or stack that does not
 * exist is not an error.
 *
 * @throws {StartError} if the emulator does not delete them
 */
export async function removeStack(aws: AwsClientConfig, options: RemoveStackOptions): Promise<void> {
  const { stackName: StackName, parameterNames } = options;
  try {
    await new SSMClient(aws).send(new DeleteParametersCommand({ Names: [...parameterNames] }));
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

/** Connection errors of the SDK have a code and often no message. */
function reasonOf(cause: unknown): string {
  const { name, message, code } = cause as NodeJS.ErrnoException;
  return code ?? (message.split('\n')[0] || name);
}

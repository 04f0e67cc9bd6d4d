import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CommandError } from '../errors.ts';
import { awsFault } from './aws-fault.ts';

/** The outputs of a stack, by name. */
export interface StackOutputs {
  readonly stackName: string;
  /** @throws {CommandError} when the stack has no such output */
  get(name: string): string;
  /** `undefined` when the stack has no such output. */
  find(name: string): string | undefined;
}

/**
 * Reads what a deployed stack says about itself.
 *
 * @throws {CommandError} when there is no such stack, or AWS does not answer
 */
export async function readStackOutputs(
  client: Pick<CloudFormationClient, 'send'>,
  stackName: string,
): Promise<StackOutputs> {
  const stack = await describe(client, stackName);
  const outputs = new Map(stack?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const find = (name: string) => outputs.get(name);
  return {
    stackName,
    find,
    get(name) {
      const value = find(name);
      if (value !== undefined) return value;
      throw new CommandError(
        `The stack ${stackName} has no output ${name}`,
        'Deploy it with this version of payment-tracker; a stack of your own needs that output (CfnOutput), or name what is meant on the command line.',
      );
    },
  };
}

async function describe(client: Pick<CloudFormationClient, 'send'>, stackName: string) {
  try {
    const { Stacks: stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return stacks?.[0];
  } catch (error) {
    const { name, message } = error as Error;
    // CloudFormation has no error of its own for that.
    if (name === 'ValidationError' && /does not exist/.test(message)) {
      throw new CommandError(
        `There is no stack ${stackName} in this account and region`,
        'Name the stack with --stack, or the table with --table; look at AWS_REGION and AWS_PROFILE; npm start prints the --endpoint of the local stack.',
        error,
      );
    }
    throw awsFault(`Read the outputs of stack ${stackName}`, error);
  }
}

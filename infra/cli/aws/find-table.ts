import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { readSettings, type Variables } from '../../../lambda/settings/read-settings.ts';
import { SETTINGS, VARIABLES } from '../../../lambda/settings/settings.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { CommandError } from '../console/errors.ts';
import { awsFault } from './aws.ts';

/** Where the payments are. */
export interface TableLocation {
  readonly tableName: string;
  /** Partitions of the index, which the stats are counted from. */
  readonly shards: number;
}

/** What can name the table. */
export interface TableHints {
  /** `--table` */
  readonly table: string | undefined;
  /** `--stack` */
  readonly stack: string | undefined;
  readonly env: Variables;
  stackOutputs(): Promise<StackOutputs>;
}

/**
 * Finds the payments table: first from the command line, then from the environment, then from the default stack.
 *
 * @throws {SettingsError} when the number of shards in the environment is not valid
 * @throws {CommandError} when the stack cannot be read or has no table
 */
export async function locateTable({ table, stack, env, stackOutputs }: TableHints): Promise<TableLocation> {
  const named = table ?? (stack === undefined ? env[VARIABLES.tableName]?.trim() : undefined);
  if (named) return { tableName: named, ...readSettings(env, 'tableCommand') };
  const outputs = await stackOutputs();
  const shards = outputs.find(STACK_OUTPUTS.shards);
  return {
    tableName: outputs.get(STACK_OUTPUTS.tableName),
    shards: shards === undefined ? SETTINGS.shards.default : Number(shards),
  };
}

/** The outputs of a stack, by name. */
export interface StackOutputs {
  readonly stackName: string;
  /** @throws {CommandError} when the stack has no such output */
  get(name: string): string;
  /** `undefined` if the stack has no such output. */
  find(name: string): string | undefined;
}

/**
 * Reads the outputs of a deployed stack.
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
        'Deploy it with this version of payment-tracker. If the stack is your own, add that output (CfnOutput), or name the resource on the command line.',
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
    // CloudFormation has no error type for a stack that does not exist.
    if (name === 'ValidationError' && /does not exist/.test(message)) {
      throw new CommandError(
        `There is no stack ${stackName} in this account and region`,
        'Name the stack with --stack, or the table with --table. Check AWS_REGION and AWS_PROFILE. For the local stack, use the --endpoint that npm start prints.',
        error,
      );
    }
    throw awsFault(`Read the outputs of stack ${stackName}`, error);
  }
}

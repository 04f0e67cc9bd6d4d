import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';

/** An output's value by its name. */
export type StackOutputs = Readonly<Record<string, string>>;

const PATIENCE_MS = 10_000;

/**
 * The outputs of a stack that was just deployed.
 *
 * The CDK's own file of outputs is not enough: LocalStack calls a stack complete a moment before it has its outputs,
 * and on a busy machine that is when the CDK looks.
 *
 * @returns none when the stack does not get any
 */
export async function readOutputs(aws: AwsClientConfig, stackName: string): Promise<StackOutputs> {
  const client = new CloudFormationClient(aws);
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = stack?.Outputs ?? [];
    if (outputs.length === 0 && Date.now() < deadline) continue;
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }
}

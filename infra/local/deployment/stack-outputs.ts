import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';

/** The outputs of a stack: output values by output name. */
export type StackOutputs = Readonly<Record<string, string>>;

const MAX_WAIT_MS = 10_000;

/**
 * Reads the outputs of a stack that was just deployed.
 *
 * The file of `cdk deploy --outputs-file` is not enough: LocalStack reports a stack as complete a moment before the stack
 * has its outputs, and on a busy machine the CDK reads the stack in that moment.
 *
 * @returns no outputs if the stack has none after 10 s
 */
export async function readOutputs(aws: Partial<AwsClientConfig>, stackName: string): Promise<StackOutputs> {
  const client = new CloudFormationClient(aws);
  for (const deadline = Date.now() + MAX_WAIT_MS; ; await sleep(200)) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = stack?.Outputs ?? [];
    if (outputs.length === 0 && Date.now() < deadline) continue;
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }
}

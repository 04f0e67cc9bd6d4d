import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PaymentTracker, type PaymentTrackerOptions } from '../../../lambda/client/index.ts';
import { readSettings } from '../../../lambda/settings/read-settings.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import { type AwsClientConfig, awsClientConfig } from '../emulator/aws-environment.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { CdkOptions } from './cdk.ts';
import { deploy } from './deploy.ts';
import { readOutputs } from './stack-outputs.ts';

export interface DeployTrackerOptions extends CdkOptions {
  /** The emulator to deploy to. The app is synthesized while the emulator starts. */
  readonly emulator: Promise<Emulator>;
  /** The settings of the app, as on AWS. `NOCODB_API_URL` is the address that Lambda functions use. */
  readonly variables: Readonly<Record<string, string>>;
  /** NocoDB's API token. */
  readonly token: string;
}

/** A deployed stack with its example bots. */
export interface DeployedTracker<Aws extends Partial<AwsClientConfig> = AwsClientConfig> {
  readonly stackName: string;
  readonly intervalSeconds: number;
  /** The configuration of AWS clients that find it. */
  readonly aws: Aws;
  /**
   * The value of an output of the stack.
   *
   * @throws {Error} if the stack has no such output
   */
  output(name: string): string;
  /** The client that bots use, for the table of the stack. */
  client(options?: Pick<PaymentTrackerOptions, 'observe' | 'print'>): PaymentTracker;
  readonly invoke: Invoke;
}

/**
 * Invokes a Lambda function and waits for its result.
 *
 * @throws {Error} with the message of the function's error, if the function fails
 */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/**
 * Deploys the CDK app with its example bots to an emulator.
 *
 * @throws {SettingsError} if the variables are wrong
 * @throws {StartError} if the CDK or the emulator fails
 */
export async function deployTracker(options: DeployTrackerOptions): Promise<DeployedTracker> {
  const variables = { ...options.variables, [VARIABLES.demo]: 'true' };
  const { tokenParameterName } = readSettings(variables, 'stack');
  const token = { value: options.token, parameterName: tokenParameterName };
  await deploy({ ...options, variables, token });
  return openTracker(awsClientConfig((await options.emulator).endpoint), variables);
}

/**
 * A stack that is deployed.
 *
 * @param variables the settings with which it was deployed
 */
export async function openTracker<Aws extends Partial<AwsClientConfig>>(
  aws: Aws,
  variables: Readonly<Record<string, string>>,
): Promise<DeployedTracker<Aws>> {
  const { stackName, intervalSeconds, shards } = readSettings(variables, 'stack');
  const outputs = await readOutputs(aws, stackName);

  function output(name: string): string {
    const value = outputs[name];
    if (value === undefined) throw new Error(`stack ${stackName} has no output ${name}`);
    return value;
  }

  return {
    stackName,
    intervalSeconds,
    aws,
    output,
    client: (clientOptions = {}) =>
      new PaymentTracker({
        tableName: output(STACK_OUTPUTS.tableName),
        client: DynamoDBDocumentClient.from(new DynamoDBClient(aws)),
        shards,
        ...clientOptions,
      }),
    invoke: createInvoke(aws),
  };
}

function createInvoke(aws: Partial<AwsClientConfig>): Invoke {
  const client = new LambdaClient(aws);
  return async (functionName, event) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
    );
    const result = JSON.parse(Payload?.transformToString() || 'null') as unknown;
    if (FunctionError === undefined) return result;
    const { errorMessage = FunctionError } = (result ?? {}) as { errorMessage?: string };
    throw new Error(`${functionName} failed: ${errorMessage}`);
  };
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PaymentTracker, type PaymentTrackerOptions } from '../../../lambda/client/index.ts';
import { parseTrackerSettings } from '../../../lambda/environment/tracker-settings.ts';
import { APP_VARIABLES, parseAppSettings } from '../../settings.ts';
import { STACK_OUTPUTS } from '../../stack-names.ts';
import { type AwsClientConfig, awsClientConfig } from '../emulator/aws-environment.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { CdkOptions } from './cdk.ts';
import { deploy } from './deploy.ts';
import { createInvoke, type Invoke } from './invoke.ts';
import { readOutputs } from './stack-outputs.ts';

export interface DeployTrackerOptions extends CdkOptions {
  /** Where to; it may still be starting. */
  readonly emulator: Promise<Emulator>;
  /** The app's settings, as on AWS; `NOCODB_API_URL` as the Lambdas reach it. */
  readonly variables: Readonly<Record<string, string>>;
  /** NocoDB's API token. */
  readonly token: string;
}

/** The stack on an emulator, with its example bots, and what one needs to use it. */
export interface DeployedTracker {
  readonly stackName: string;
  readonly intervalSeconds: number;
  readonly aws: AwsClientConfig;
  /** The value of an output of the stack. @throws {Error} when there is no such output */
  output(name: string): string;
  /** The client that bots use, on the stack's table. */
  client(options?: Pick<PaymentTrackerOptions, 'observe' | 'print'>): PaymentTracker;
  readonly invoke: Invoke;
}

/**
 * Deploys the CDK app in its demo mode to an emulator.
 *
 * @throws {SettingsError} when the variables cannot work
 * @throws {StartError} when the CDK fails
 */
export async function deployTracker(options: DeployTrackerOptions): Promise<DeployedTracker> {
  const variables = { ...options.variables, [APP_VARIABLES.demo]: 'true' };
  const { stackName } = parseAppSettings(variables);
  const { tokenParameterName, intervalSeconds, shards } = parseTrackerSettings(variables);
  const token = { value: options.token, parameterName: tokenParameterName };
  await deploy({ ...options, variables, token });
  const aws = awsClientConfig((await options.emulator).endpoint);
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

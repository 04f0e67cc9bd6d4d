import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { bootstrap } from '../../infra/local/deployment/deploy.ts';
import { type AwsClientConfig, awsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import { CACHE } from '../../infra/local/emulator/emulator.ts';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';
import { StartError } from '../../infra/local/errors/start-error.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';

/** Where the test deploys to. */
export interface Account {
  /** The configuration of AWS clients. Empty on AWS: the SDK finds region and credentials. */
  readonly aws: Partial<AwsClientConfig>;
  /** The variables of AWS for child processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The endpoint of an emulator; absent on AWS. */
  readonly emulator?: string;
}

/** The emulator that `AWS_ENDPOINT_URL` names, with the CDK bootstrapped, or else the AWS account that the environment is configured for. */
export async function connect(environment: NodeJS.ProcessEnv): Promise<Account> {
  const endpoint = environment.AWS_ENDPOINT_URL;
  if (endpoint) {
    const emulator = await startEmulator({ endpoint });
    const folder = await mkdtemp(join(tmpdir(), 'payment-tracker-'));
    try {
      await bootstrap(emulator, { run: runCommand, logFile: join(CACHE, 'test-aws-bootstrap.log'), folder });
    } finally {
      await rm(folder, { recursive: true });
    }
    return { aws: awsClientConfig(endpoint), env: emulator.env, emulator: endpoint };
  }
  const own = Object.entries(environment).filter(([name, value]) => /^(AWS|CDK)_/.test(name) && value);
  // Some machines have their credentials from EC2 only.
  return {
    aws: {},
    env: { AWS_EC2_METADATA_DISABLED: 'false', ...(Object.fromEntries(own) as Record<string, string>) },
  };
}

/**
 * Checks the credentials, and that nobody else's stack has this name.
 *
 * @throws {StartError}
 */
export async function checkIsFree({ aws }: Account, stackName: string): Promise<void> {
  try {
    await new CloudFormationClient(aws).send(new DescribeStacksCommand({ StackName: stackName }));
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'ValidationError' && message.includes('does not exist')) return;
    throw new StartError(
      `AWS does not say whether there is a stack ${stackName} (${name}: ${message.split('\n')[0]})`,
      'Sign in to AWS (aws sso login, or AWS_PROFILE), and set AWS_REGION.',
      error,
    );
  }
  throw new StartError(`There is a stack ${stackName} already`, 'Choose another name with --stack.');
}

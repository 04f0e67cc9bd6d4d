import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { cdk } from '../../infra/local/deployment/cdk.ts';
import { CACHE } from '../../infra/local/emulator/emulator.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';
import { variableNames } from '../../lambda/settings/read-settings.ts';
import type { Account } from './account.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** Blank variables count as absent, so no setting comes from the environment of this process or from `.env`. */
const UNSET = Object.fromEntries(variableNames('stack').map((name) => [name, '']));

/** Deletion of a stack with event source mappings takes minutes. */
const DELETED_WITHIN_SECONDS = 1200;

export interface Deployment {
  /** The program that creates the stack: `infra/app.ts`. */
  readonly app: string;
  readonly stackName: string;
  /** Variables of the program. */
  readonly variables: Readonly<Record<string, string>>;
  /** Context of the program. */
  readonly context?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Deploys a stack with `cdk deploy`.
 *
 * @throws {StartError} with the last error of the CDK
 */
export async function deployStack(account: Account, deployment: Deployment): Promise<void> {
  const { app, stackName, variables, context = [], signal } = deployment;
  const output = join(tmpdir(), `cdk-${stackName}-${process.pid}`);
  try {
    await cdk(
      [
        'deploy',
        stackName,
        '--app',
        `"${process.execPath}" ${app}`,
        '--output',
        output,
        '--require-approval',
        'never',
        ...context.flatMap((pair) => ['--context', pair]),
      ],
      { cwd: PROJECT, env: { ...UNSET, ...account.env, ...variables } },
      { run: runCommand, logFile: join(CACHE, `test-aws-${stackName}.log`), signal },
    );
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/** Deletes a stack and waits until it is gone, whatever it was doing. */
export async function deleteStack({ aws }: Account, stackName: string): Promise<void> {
  const client = new CloudFormationClient(aws);
  // CloudFormation deletes a stack that it is creating, but none that it is updating.
  while (/^UPDATE.*IN_PROGRESS$/.test(await statusOf(client, stackName))) await sleep(5000);
  await client.send(new DeleteStackCommand({ StackName: stackName }));
  const patience = { maxWaitTime: DELETED_WITHIN_SECONDS, minDelay: 1, maxDelay: 10 };
  await waitUntilStackDeleteComplete({ client, ...patience }, { StackName: stackName });
}

/** `CREATE_COMPLETE`; `''` if there is no such stack. */
export async function statusOf(client: CloudFormationClient, stackName: string): Promise<string> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return stack?.StackStatus ?? '';
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return '';
    throw error;
  }
}

import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';
import type { LogEvent } from './follow-log.ts';

/**
 * The log groups that a stack's Lambda functions may write to: those that they are configured for, and those that
 * Lambda uses by default, which LocalStack writes to whatever the configuration says. None of the emulators writes a
 * line to both.
 */
export async function functionLogGroups(aws: Partial<AwsClientConfig>, stackName: string): Promise<string[]> {
  const cloudFormation = new CloudFormationClient(aws);
  const lambda = new LambdaClient(aws);
  const groups = new Set<string>();
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName })) {
    for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
      if (ResourceType !== 'AWS::Lambda::Function' || PhysicalResourceId === undefined) continue;
      const configuration = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: PhysicalResourceId }),
      );
      if (configuration.LoggingConfig?.LogGroup) groups.add(configuration.LoggingConfig.LogGroup);
      groups.add(`/aws/lambda/${PhysicalResourceId}`);
    }
  }
  return [...groups];
}

/** A reader of all lines of these log groups; a group that does not exist yet has none. */
export function logReader(aws: Partial<AwsClientConfig>, groups: readonly string[]) {
  const client = new CloudWatchLogsClient(aws);
  return async (since: number): Promise<LogEvent[]> =>
    (await Promise.all(groups.map((group) => readGroup(client, group, since)))).flat();
}

async function readGroup(client: CloudWatchLogsClient, group: string, since: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName: group, startTime: since })) {
      events.push(...(page.events ?? []));
    }
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return events;
}

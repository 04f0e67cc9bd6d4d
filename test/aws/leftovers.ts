import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Account } from './account.ts';
import { statusOf } from './stacks.ts';

/** What is left of a run, for people: everything whose name begins with the name of its stack. */
export async function findLeftovers({ aws }: Account, stackName: string): Promise<string[]> {
  const cloudFormation = new CloudFormationClient(aws);
  const logs = new CloudWatchLogsClient(aws);
  const stacks = [stackName, `${stackName}-nocodb`];
  const statuses = await Promise.all(stacks.map((name) => statusOf(cloudFormation, name)));
  const groups = await Promise.all(
    [stackName, `/aws/vendedlogs/states/${stackName}`].map((logGroupNamePrefix) =>
      logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix })),
    ),
  );
  const { MetricAlarms: alarms = [] } = await new CloudWatchClient(aws).send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: stackName }),
  );
  const { TableNames: tables = [] } = await new DynamoDBClient(aws).send(
    new ListTablesCommand({ ExclusiveStartTableName: stackName }),
  );
  const { QueueUrls: queues = [] } = await new SQSClient(aws).send(
    new ListQueuesCommand({ QueueNamePrefix: stackName }),
  );
  const { Parameters: parameters = [] } = await new SSMClient(aws).send(
    new DescribeParametersCommand({
      ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: [`/payment-tracker/${stackName}/`] }],
    }),
  );
  const functions: string[] = [];
  for await (const page of paginateListFunctions({ client: new LambdaClient(aws) }, {})) {
    functions.push(...(page.Functions ?? []).map(({ FunctionName = '' }) => FunctionName));
  }
  const ours = (kind: string, names: readonly (string | undefined)[]) =>
    names.filter((name) => name?.includes(stackName)).map((name) => `${kind} ${name}`);
  return [
    ...ours(
      'stack',
      stacks.filter((_, index) => statuses[index] !== ''),
    ),
    ...ours(
      'log group',
      groups.flatMap(({ logGroups = [] }) => logGroups.map(({ logGroupName }) => logGroupName)),
    ),
    ...ours(
      'alarm',
      alarms.map(({ AlarmName }) => AlarmName),
    ),
    ...ours('table', tables),
    ...ours('queue', queues),
    ...ours(
      'parameter',
      parameters.map(({ Name }) => Name),
    ),
    ...ours('function', functions),
  ];
}

import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { DeployedTracker } from '../../infra/local/deployment/deploy-tracker.ts';
import type { AwsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { type Datapoint, embeddedDatapoints } from './embedded-metrics.ts';

/** Receives the notifications of the alarms of a deployed stack. */
export interface AlarmBell {
  /** The end of the names of the stack's alarms. */
  alarms(): Promise<string[]>;
  /** The alarms that have gone off: the end of the name, and the text of the notification. */
  rung(): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
}

/**
 * Subscribes to the topic, as people do.
 *
 * @param storesMetrics whether it also stores the metrics that the functions write into their logs, because an emulator
 *   does not do that as CloudWatch does
 */
export async function listenForAlarms(
  { aws, stackName, output }: DeployedTracker<Partial<AwsClientConfig>>,
  storesMetrics = true,
): Promise<AlarmBell> {
  const cloudWatch = new CloudWatchClient(aws);
  const sns = new SNSClient(aws);
  const sqs = new SQSClient(aws);
  const prefix = `${output('TrackerName')}-`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `${stackName}-bell` }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const TopicArn = output('AlarmTopicArn');
  const Policy = JSON.stringify(mayBeNotified(Attributes?.QueueArn ?? '', TopicArn));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn }));

  const readLog = logReader(aws, await functionLogGroups(aws, stackName));
  const heard = new Map<string, string>();
  let stored = 0;

  const storeMetrics = async (): Promise<void> => {
    const lines = (await readLog(0)).map(({ message = '' }) => message);
    const datapoints = lines.flatMap(embeddedDatapoints).sort((a, b) => a.at - b.at);
    for (const datapoint of datapoints.slice(stored)) await cloudWatch.send(toCommand(datapoint));
    stored = datapoints.length;
  };

  return {
    async alarms() {
      const { MetricAlarms = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: prefix }),
      );
      return MetricAlarms.map(({ AlarmName = '' }) => AlarmName.slice(prefix.length));
    },
    async rung() {
      if (storesMetrics) await storeMetrics();
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      for (const { Body = '' } of Messages) {
        const notification = JSON.parse(JSON.parse(Body).Message);
        if (notification.NewStateValue !== 'ALARM') continue;
        heard.set(notification.AlarmName.slice(prefix.length), notification.AlarmDescription);
      }
      return heard;
    },
    async close() {
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

function mayBeNotified(queueArn: string, topicArn: string) {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
  };
  return {
    Version: '2012-10-17',
    Statement: [
      { ...statement, Resource: queueArn, Condition: { ArnEquals: { 'aws:SourceArn': topicArn } } },
    ],
  };
}

function toCommand({ namespace, name, dimensions, value, at }: Datapoint): PutMetricDataCommand {
  return new PutMetricDataCommand({
    Namespace: namespace,
    MetricData: [
      {
        MetricName: name,
        Value: value,
        Timestamp: new Date(at),
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
    ],
  });
}

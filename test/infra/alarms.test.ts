import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { ALARM_IDS, RUNBOOK } from '../../infra/constructs/alarm-runbook.ts';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { alarmsOf } from '../support/alarms.ts';
import { readable } from './support/statements.ts';
import { createStack, NOCODB, synthTracker } from './support/synth.ts';

const OWNED = { nocodb: { ...NOCODB, ownerField: 'TG ID' } };

describe('the alarms', () => {
  const template = synthTracker(OWNED);
  const alarms = alarmsOf(template.toJSON().Resources);
  const alarm = (id: string) => alarms.find(({ AlarmName }) => AlarmName === `Shop-Payments-${id}`);

  it('are those of the runbook, and each says in its notification what it means and what to do', () => {
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      ALARM_IDS.map((id) => `Shop-Payments-${id}`).sort(),
    );
    for (const id of ALARM_IDS) {
      const { meaning, remedy } = RUNBOOK[id];
      expect(alarm(id)?.AlarmDescription).toBe(`${meaning} What to do: ${remedy}`);
      // The limit of CloudWatch.
      expect(alarm(id)?.AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  it('all go to the topic', () => {
    for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual(['<PaymentsAlarmsTopic>']);
  });

  it('are plain ones of one metric each, with dimensions that name this tracker and no other', () => {
    for (const { AlarmName, MetricName, Dimensions } of alarms) {
      expect(MetricName, AlarmName).toBeTypeOf('string');
      expect(Dimensions.length, AlarmName).toBeGreaterThan(0);
    }
  });

  it.each([
    [
      'DataStale',
      { Namespace: 'PaymentTracker', MetricName: 'DataAge', Statistic: 'Maximum', Threshold: 90 },
    ],
    [
      'LoopStopped',
      {
        Namespace: 'AWS/States',
        MetricName: 'ExecutionsStarted',
        TreatMissingData: 'breaching',
        DatapointsToAlarm: 5,
      },
    ],
    ['LoopFails', { Namespace: 'AWS/States', MetricName: 'ExecutionsFailed', DatapointsToAlarm: 3 }],
    [
      'ActionNeeded',
      {
        Namespace: 'PaymentTracker',
        MetricName: 'ActionNeeded',
        DatapointsToAlarm: 1,
        EvaluationPeriods: 15,
      },
    ],
    ['RateLimited', { MetricName: 'NocoDbRateLimited', Threshold: 3, Period: 900 }],
    ['PaymentsGivenUp', { MetricName: 'PaymentsGivenUp', EvaluationPeriods: 1 }],
    ['OwnerMismatch', { MetricName: 'OwnerMismatch', EvaluationPeriods: 1 }],
    [
      'DeadLetters',
      { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', TreatMissingData: 'ignore' },
    ],
  ])('%s watches the right metric', (id, expected) => {
    expect(alarm(id)).toMatchObject(expected);
  });

  it.each([
    ['WritesThrottled', 'ThrottledRequests', { Operation: 'UpdateItem' }],
    ['ReadsThrottled', 'ReadThrottleEvents', {}],
    ['IndexReadsThrottled', 'ReadThrottleEvents', { GlobalSecondaryIndexName: 'pending' }],
  ])(
    '%s watches %s with the dimensions by which DynamoDB tells the table from its index',
    (id, name, dimensions) => {
      const { Namespace, MetricName, Dimensions = [] } = alarm(id) ?? {};

      expect({ Namespace, MetricName }).toEqual({ Namespace: 'AWS/DynamoDB', MetricName: name });
      expect(Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]))).toEqual({
        TableName: '<PaymentsTable>',
        ...dimensions,
      });
    },
  );

  it('take silence for health, except where something has to happen every minute or stays although nobody tells', () => {
    const others = alarms.filter(({ AlarmName }) => !/(LoopStopped|DeadLetters)$/.test(AlarmName));

    for (const { AlarmName, TreatMissingData } of others)
      expect(TreatMissingData, AlarmName).toBe('notBreaching');
  });

  it('leave owners out where they are not compared', () => {
    const names = alarmsOf(synthTracker().toJSON().Resources).map(({ AlarmName }) => AlarmName);

    expect(names).toHaveLength(ALARM_IDS.length - 1);
    expect(names).not.toContain('Shop-Payments-OwnerMismatch');
  });
});

describe('the topic', () => {
  it('takes messages from the alarms of its account, over TLS only', () => {
    const [policy] = Object.values(synthTracker().findResources('AWS::SNS::TopicPolicy'));

    expect(readable(policy?.Properties.PolicyDocument.Statement)).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sns:Publish',
        Principal: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: '<PaymentsAlarmsTopic>',
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      }),
    ]);
  });

  it('sends mail to an address that is given', () => {
    synthTracker({ alarmEmail: 'ops@example.com' }).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  it('may be one that is there already', () => {
    const stack = createStack();
    const alarmTopic = Topic.fromTopicArn(stack, 'Ops', 'arn:aws:sns:eu-central-1:123456789012:ops');

    new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, alarmTopic });

    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SNS::Topic', 0);
    for (const { AlarmActions } of alarmsOf(template.toJSON().Resources))
      expect(AlarmActions).toEqual([alarmTopic.topicArn]);
  });
});

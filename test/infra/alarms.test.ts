import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { ALARM_IDS, RUNBOOK } from '../../infra/constructs/alarm-runbook.ts';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { alarmsOf } from './support/alarms-of.ts';
import { readable } from './support/statements.ts';
import { createStack, NOCODB, synthTracker } from './support/synth.ts';

const OWNED = { nocodb: { ...NOCODB, ownerField: 'TG ID' } };

describe('the alarms', () => {
  const template = synthTracker(OWNED);
  const alarms = alarmsOf(template);
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
      { Namespace: 'AWS/States', MetricName: 'ExecutionsStarted', TreatMissingData: 'breaching' },
    ],
    ['LoopFails', { Namespace: 'AWS/States', MetricName: 'ExecutionsFailed' }],
    ['TickErrors', { Namespace: 'AWS/Lambda', MetricName: 'Errors' }],
    ['TickThrottled', { Namespace: 'AWS/Lambda', MetricName: 'Throttles' }],
    ['TickSlow', { Namespace: 'AWS/Lambda', MetricName: 'Duration', Threshold: 12_800 }],
    ['TokenRejected', { MetricName: 'TicksFailed', EvaluationPeriods: 1 }],
    [
      'SweepSlow',
      {
        Namespace: 'PaymentTracker',
        MetricName: 'SweepAge',
        Statistic: 'Maximum',
        Threshold: 4000,
      },
    ],
    ['SourceLooksWrong', { MetricName: 'TicksFailed', Period: 900, EvaluationPeriods: 1 }],
    ['RateLimited', { MetricName: 'NocoDbRateLimited', Threshold: 3, Period: 900 }],
    ['PagesCut', { MetricName: 'CutPages', Period: 900, DatapointsToAlarm: 2 }],
    ['PaymentsGivenUp', { MetricName: 'PaymentsGivenUp', EvaluationPeriods: 1 }],
    ['OwnerMismatch', { MetricName: 'OwnerMismatch', EvaluationPeriods: 1 }],
    ['WritesThrottled', { Namespace: 'AWS/DynamoDB', MetricName: 'ThrottledRequests' }],
    ['ReadsThrottled', { Namespace: 'AWS/DynamoDB', MetricName: 'ReadThrottleEvents' }],
    [
      'DeadLetters',
      { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', TreatMissingData: 'ignore' },
    ],
  ])('%s watches the right metric', (id, expected) => {
    expect(alarm(id)).toMatchObject(expected);
  });

  it.each(['TokenRejected', 'SourceLooksWrong'])('tell %s from other failures by its error kind', (kind) => {
    expect(alarm(kind)?.Dimensions).toEqual([
      { Name: 'ErrorKind', Value: kind },
      { Name: 'service', Value: 'Shop-Payments' },
    ]);
  });

  it('take silence for health, except where something has to happen every minute or stays although nobody tells', () => {
    const others = alarms.filter(({ AlarmName }) => !/(LoopStopped|DeadLetters)$/.test(AlarmName));

    for (const { AlarmName, TreatMissingData } of others)
      expect(TreatMissingData, AlarmName).toBe('notBreaching');
  });

  it('leave owners out where they are not compared', () => {
    const names = alarmsOf(synthTracker()).map(({ AlarmName }) => AlarmName);

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
    for (const { AlarmActions } of alarmsOf(template)) expect(AlarmActions).toEqual([alarmTopic.topicArn]);
  });
});

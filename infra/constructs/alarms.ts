import { Aws } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type AlarmRule, alarmRules, type Watched } from './alarm-rules.ts';
import { type AlarmId, alarmDescription } from './alarm-runbook.ts';
import { acknowledge } from './nag-acknowledgements.ts';

export interface AlarmsProps {
  readonly watched: Watched;
  /** The topic that alarms are sent to. @default - a new topic */
  readonly topic?: ITopic | undefined;
  /** An e-mail address that gets the alarms after its owner confirms the subscription. @default - none */
  readonly email?: string | undefined;
}

/** Tells people when the tracker fails, and why. Each alarm says what it means and what to do. */
export class Alarms extends Construct {
  readonly topic: ITopic;
  /** The alarms by the ends of their names. `OwnerMismatch` exists only if owners are compared. */
  readonly all: ReadonlyMap<AlarmId, Alarm>;

  constructor(scope: Construct, id: string, { watched, topic, email }: AlarmsProps) {
    super(scope, id);
    this.topic = topic ?? this.#createTopic(watched.trackerName);
    if (email !== undefined) {
      acknowledge(this.topic.addSubscription(new EmailSubscription(email)), 'mailIsRepeated');
    }
    const rules = Object.entries(alarmRules(watched)) as [AlarmId, AlarmRule][];
    this.all = new Map(rules.map(([name, rule]) => [name, this.#create(name, rule, watched.trackerName)]));
  }

  #create(id: AlarmId, rule: AlarmRule, trackerName: string): Alarm {
    const alarm = new Alarm(this, id, {
      alarmName: `${trackerName}-${id}`,
      alarmDescription: alarmDescription(id),
      metric: rule.metric,
      threshold: rule.threshold,
      comparisonOperator: rule.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: rule.periods,
      evaluationPeriods: rule.of,
      treatMissingData: rule.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }

  /**
   * Creates a topic without a KMS key. SNS encrypts its disks anyway, alarms contain no secrets, CloudWatch cannot publish
   * with the key that AWS manages (https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns), and a customer
   * managed key costs more a month than the resting tracker. To use one, pass a topic that has it.
   */
  #createTopic(trackerName: string): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: `Payment tracker ${trackerName}`.slice(0, 100),
      enforceSSL: true,
    });
    // A topic with a policy loses the default policy, which lets the services of its account publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    return topic;
  }
}

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
  /** Where alarms go. @default - a topic of its own */
  readonly topic?: ITopic | undefined;
  /** An address that gets them by mail, once it has confirmed. @default - nobody */
  readonly email?: string | undefined;
}

/** Tells people when the tracker fails, and why. Each alarm says what it means and what to do. */
export class Alarms extends Construct {
  readonly topic: ITopic;
  /** By the end of their names. `OwnerMismatch` is there only where owners are compared. */
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
   * Without a KMS key: SNS encrypts its disks anyway, what alarms say is no secret, CloudWatch cannot publish with the
   * key that AWS manages (https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns), and a key of one's own
   * costs more a month than the resting tracker. Who wants one gives a topic that has it.
   */
  #createTopic(trackerName: string): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: `Payment tracker ${trackerName}`.slice(0, 100),
      enforceSSL: true,
    });
    // A topic with a policy of its own loses the one that lets its account's services publish.
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

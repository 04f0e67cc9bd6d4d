import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepted findings of cdk-nag (packs AwsSolutions and Serverless), with the reasons. */
const ACKNOWLEDGED = {
  tracing: {
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason:
      'Writing traces (xray:PutTraceSegments, xray:PutTelemetryRecords) and, for the loop, delivering logs are actions that know no resources: IAM takes nothing but *.',
  },
  failuresGoElsewhere: {
    id: 'Serverless::Serverless-LambdaDLQ',
    reason:
      "Failures go elsewhere: a synchronous caller sees them, the event source mapping of the table's stream has the dead-letter queue, and so has the failure destination of functions that EventBridge calls, which Lambda recommends over a queue of the function.",
  },
  queueGivesUp: {
    id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
    reason:
      'Only the mapping of a stream takes a destination. This one is of a queue, which has a dead-letter queue.',
  },
  failuresAreLogged: {
    id: 'AwsSolutions::AwsSolutions-SF1',
    reason:
      'The loop logs failures only. What each tick did stands in the log of its function; every state of 43,200 executions a month would cost more than the rest of the tracker.',
  },
  isDeadLetterQueue: {
    id: 'AwsSolutions::AwsSolutions-SQS3',
    reason:
      'It is the dead-letter queue of a rule and of event source mappings, which the check does not look at.',
  },
  deadLettersStay: {
    id: 'Serverless::Serverless-SQSRedrivePolicy',
    reason: 'It is a dead-letter queue: an alarm tells people, who read it.',
  },
  mailIsRepeated: {
    id: 'Serverless::Serverless-SNSRedrivePolicy',
    reason:
      'SNS repeats a mail for hours by itself, and a lost one leaves the alarm on, where the dashboard shows it.',
  },
} as const satisfies Readonly<Record<string, { readonly id: string; readonly reason: string }>>;

/** Accepts findings about a construct, for apps that run cdk-nag. */
export function acknowledge(construct: IConstruct, ...findings: (keyof typeof ACKNOWLEDGED)[]): void {
  Validations.of(construct).acknowledge(...findings.map((finding) => ACKNOWLEDGED[finding]));
}

import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DemoBots } from './demo-bots.ts';
import { PaymentTracker } from './payment-tracker.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';
import { STACK_OUTPUTS } from './stack-outputs.ts';

export interface PaymentTrackerStackProps extends StackProps {
  readonly tracker: PaymentTrackerProps;

  /**
   * Adds three example bots, and deletes the table together with the stack.
   *
   * @default false
   */
  readonly demo?: boolean;
}

/** A stack with one tracker, for those who do not add the construct to a stack of their own. */
export class PaymentTrackerStack extends Stack {
  readonly tracker: PaymentTracker;

  constructor(scope: Construct, id: string, { tracker, demo = false, ...props }: PaymentTrackerStackProps) {
    super(scope, id, { description: 'Tells bots which NocoDB payments are paid', ...props });
    this.tracker = new PaymentTracker(this, 'Payments', {
      ...tracker,
      ...(demo && { removalPolicy: RemovalPolicy.DESTROY }),
    });
    const { table, loop, tickFunction, wakeFunction, alarmTopic, trackerName, settings } = this.tracker;
    this.#output('TrackerName', 'What the tracker is called in logs and metrics', trackerName);
    this.#output(STACK_OUTPUTS.tableName, 'DynamoDB table that bots read', table.tableName);
    this.#output(STACK_OUTPUTS.shards, "Partitions of the table's index", String(settings.shards));
    this.#output('LoopArn', 'State machine that ticks', loop.stateMachineArn);
    this.#output(STACK_OUTPUTS.tickFunctionName, 'Lambda function of a tick', tickFunction.functionName);
    this.#output(
      'WakeFunctionName',
      'Lambda function that wakes the resting loop',
      wakeFunction.functionName,
    );
    this.#output(
      'EventBusArn',
      'Event bus that is told of confirmed payments',
      this.tracker.eventBus.eventBusArn,
    );
    this.#output('AlarmTopicArn', 'Topic that alarms go to: subscribe to it', alarmTopic.topicArn);
    const { webhookUrl } = this.tracker;
    if (webhookUrl !== undefined && tracker.webhook !== undefined) {
      const { secretParameterName } = tracker.webhook;
      this.#output(STACK_OUTPUTS.webhookUrl, "URL that takes NocoDB's webhook", webhookUrl);
      this.#output(
        STACK_OUTPUTS.webhookSecretParameter,
        'SSM parameter with the secret that the webhook has to bring',
        secretParameterName,
      );
    }
    if (demo) {
      const bots = new DemoBots(this, 'Bots', { tracker: this.tracker });
      const { createPayment, checkPayment, paymentConfirmed } = bots;
      this.#output(
        'CreatePaymentFunctionName',
        'Example bot that creates a payment',
        createPayment.functionName,
      );
      this.#output(
        'CheckPaymentFunctionName',
        'Example bot that tells whether a user has paid',
        checkPayment.functionName,
      );
      this.#output(
        'PaymentConfirmedFunctionName',
        'Example bot that is told of confirmed payments',
        paymentConfirmed.functionName,
      );
    }
  }

  #output(name: string, description: string, value: string): void {
    new CfnOutput(this, name, { description, value });
  }
}

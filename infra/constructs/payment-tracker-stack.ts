import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DemoBots } from './demo-bots.ts';
import { PaymentTracker } from './payment-tracker.ts';
import type { PaymentTrackerProps } from './payment-tracker-props.ts';
import type { PostConfirmedProps } from './post-confirmed.ts';
import { STACK_OUTPUTS } from './stack-outputs.ts';

export interface PaymentTrackerStackProps extends StackProps {
  readonly tracker: PaymentTrackerProps;

  /** @default - nothing is posted */
  readonly postConfirmed?: PostConfirmedProps;

  /**
   * Adds the functions of an example bot, and deletes the table with the stack.
   *
   * @default false
   */
  readonly demo?: boolean;
}

/** A stack with one tracker: what `cdk deploy` deploys. */
export class PaymentTrackerStack extends Stack {
  readonly tracker: PaymentTracker;

  constructor(
    scope: Construct,
    id: string,
    { tracker, postConfirmed, demo = false, ...props }: PaymentTrackerStackProps,
  ) {
    super(scope, id, { description: 'Tells bots which NocoDB payments are paid', ...props });
    this.tracker = new PaymentTracker(this, 'Payments', {
      ...tracker,
      ...(demo && { removalPolicy: RemovalPolicy.DESTROY }),
    });
    if (postConfirmed !== undefined) this.tracker.postConfirmed(postConfirmed);
    const { table, loop, tickFunction, wakeFunction, alarmTopic, trackerName, settings } = this.tracker;
    this.#output(STACK_OUTPUTS.trackerName, 'Name of the tracker in logs, metrics and events', trackerName);
    this.#output(STACK_OUTPUTS.tableName, 'DynamoDB table that bots read', table.tableName);
    this.#output(STACK_OUTPUTS.shards, 'Partitions of the index of the table', String(settings.shards));
    this.#output('LoopArn', 'State machine that calls the tick function', loop.stateMachineArn);
    this.#output(STACK_OUTPUTS.tickFunctionName, 'Lambda function that ticks', tickFunction.functionName);
    this.#output(
      'WakeFunctionName',
      'Lambda function that wakes the resting loop',
      wakeFunction.functionName,
    );
    this.#output(
      STACK_OUTPUTS.eventBusArn,
      'Event bus with the events of confirmed payments',
      this.tracker.eventBus.eventBusArn,
    );
    this.#output('AlarmTopicArn', 'Topic of the alarms: subscribe to it', alarmTopic.topicArn);
    const { webhookUrl } = this.tracker;
    if (webhookUrl !== undefined && tracker.webhook !== undefined) {
      const { secretParameterName } = tracker.webhook;
      this.#output(STACK_OUTPUTS.webhookUrl, "URL for NocoDB's webhook", webhookUrl);
      this.#output(
        STACK_OUTPUTS.webhookSecretParameter,
        'SSM parameter with the secret of the webhook',
        secretParameterName,
      );
    }
    if (demo) {
      // The page of `npm start` shows refused ticks too, which are debug lines. MiniStack reads only the variable.
      tickFunction.addEnvironment('POWERTOOLS_LOG_LEVEL', 'DEBUG');
      (tickFunction.node.defaultChild as CfnFunction).addPropertyOverride(
        'LoggingConfig.ApplicationLogLevel',
        'DEBUG',
      );
      const bots = new DemoBots(this, 'Bots', { tracker: this.tracker });
      const { createPayment, checkPayment, paymentConfirmed } = bots;
      this.#output(
        'CreatePaymentFunctionName',
        'Example bot: creates a record in NocoDB and tracks the payment',
        createPayment.functionName,
      );
      this.#output(
        'CheckPaymentFunctionName',
        'Example bot: answers whether a user has paid',
        checkPayment.functionName,
      );
      this.#output(
        'PaymentConfirmedFunctionName',
        'Example bot: gets an event for each confirmed payment',
        paymentConfirmed.functionName,
      );
    }
  }

  #output(name: string, description: string, value: string): void {
    new CfnOutput(this, name, { description, value });
  }
}

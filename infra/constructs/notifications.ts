import { Duration, Names, Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PAYMENT_CONFIRMED } from '../../lambda/notify/payment-confirmed.ts';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTable } from './payment-table.ts';

export interface NotificationsProps {
  readonly table: PaymentTable;
  readonly trackerName: string;
  /** @default - a bus of its own */
  readonly bus?: IEventBus | undefined;
  /** Takes what could not be announced, and what subscribers could not be told. */
  readonly deadLetterQueue: IQueue;
}

/**
 * Tells bots of confirmed payments: the table's stream calls a function, which puts events on a bus. Both cost nothing
 * while nothing is confirmed.
 *
 * With the function that wakes the loop, two read the stream; DynamoDB wants no third
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html). More listeners go to the bus.
 */
export class Notifications extends Construct {
  readonly bus: IEventBus;
  readonly function: BundledFunction;
  readonly #trackerName: string;
  readonly #deadLetterQueue: IQueue;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { table, trackerName, deadLetterQueue } = props;
    this.#trackerName = trackerName;
    this.#deadLetterQueue = deadLetterQueue;
    this.bus = props.bus ?? createBus(this, `Payments confirmed by ${trackerName}`);
    this.function = new BundledFunction(this, 'Function', {
      entry: 'notify.handler',
      description: `Announces confirmed payments on the event bus (${trackerName})`,
      timeout: Duration.seconds(60),
      environment: variablesFor('notify', { trackerName, eventBusArn: this.bus.eventBusArn }),
    });
    this.function.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }),
    );
    this.#followStream(table);
    this.#letRulesUseQueue();
  }

  /**
   * Has a function called with every `PaymentConfirmed` of this tracker.
   *
   * EventBridge hands an event to Lambda for a day, until Lambda takes it, and Lambda calls the function three times at
   * the most. What fails even so goes to the dead-letter queue; calls that fail only unless the function has an
   * asynchronous configuration already (`configureAsyncInvoke`), which is left as it is.
   *
   * The rule belongs to the function's stack, so that a bot's stack depends on the tracker's and never the other way
   * round.
   */
  subscribe(fn: IFunction): Rule {
    const id = this.node.addr.slice(-8);
    if (fn.node.tryFindChild('EventInvokeConfig') === undefined) {
      fn.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(this.#deadLetterQueue) });
    }
    const deadLetterQueue = Queue.fromQueueArn(fn, `DeadLetters${id}`, this.#deadLetterQueue.queueArn);
    return new Rule(fn, `PaymentConfirmed${id}`, {
      description: `Payments confirmed by ${this.#trackerName}`,
      eventBus: this.bus,
      eventPattern: {
        source: [PAYMENT_CONFIRMED.source],
        detailType: [PAYMENT_CONFIRMED.detailType],
        detail: { trackerName: [this.#trackerName] },
      },
      targets: [
        new LambdaFunction(fn, { maxEventAge: Duration.hours(24), retryAttempts: 185, deadLetterQueue }),
      ],
    });
  }

  #followStream(table: PaymentTable): void {
    table.grantFollowStream(this.function);
    this.function.addEventSourceMapping('BecamePaid', {
      eventSourceArn: table.tableStreamArn,
      startingPosition: StartingPosition.LATEST,
      filters: [BECAME_PAID],
      batchSize: 100,
      reportBatchItemFailures: true,
      // One record that cannot be announced is parted from the others before the attempts are used up.
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(24),
      onFailure: new SqsDlq(this.#deadLetterQueue),
    });
  }

  /** By a pattern: naming each rule would make the tracker's stack depend on those of its subscribers. */
  #letRulesUseQueue(): void {
    const rules = Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName: '*' });
    this.#deadLetterQueue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowRulesOfSubscribers',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.#deadLetterQueue.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rules } },
      }),
    );
  }
}

/**
 * A bus has to be named, and CDK's own choice does not know the stack's name. The cast is for `exactOptionalPropertyTypes`,
 * with which CDK's class does not fit CDK's interface.
 */
function createBus(scope: Construct, description: string): IEventBus {
  const eventBusName = Names.uniqueResourceName(scope, {
    maxLength: 128,
    separator: '-',
    allowedSpecialCharacters: '-',
  });
  return new EventBus(scope, 'Bus', { eventBusName, description }) as IEventBus;
}

/** Filters run before the function is called, and cost nothing. */
const BECAME_PAID = FilterCriteria.filter({
  eventName: FilterRule.isEqual('MODIFY'),
  dynamodb: {
    NewImage: { status: { S: FilterRule.isEqual('paid') } },
    OldImage: { status: { S: FilterRule.isEqual('pending') } },
  },
});

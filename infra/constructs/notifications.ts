import { Duration, Names, Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PAYMENT_CONFIRMED } from '../../lambda/notify/payment-confirmed.ts';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTable } from './payment-table.ts';

export interface NotificationsProps {
  readonly table: PaymentTable;
  readonly trackerName: string;
  /** @default - a new bus */
  readonly bus?: IEventBus | undefined;
  /** Gets the changes that the function could not process, and the events that subscribers could not process. */
  readonly deadLetterQueue: IQueue;
}

/**
 * Sends an event for each confirmed payment: the stream of the table calls a function, which puts the events on a bus.
 * Both cost nothing while no payment is confirmed.
 *
 * Two functions read the stream: this one, and the one that wakes the loop. DynamoDB recommends at most two readers
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html), so bots subscribe to the bus.
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
    this.function = new BundledFunction(this, 'Notify', {
      entry: 'notify.handler',
      description: `Puts events of confirmed payments on the event bus (${trackerName})`,
      timeout: Duration.seconds(60),
      environment: variablesFor('notify', {
        trackerName,
        eventBusArn: this.bus.eventBusArn,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      }),
    });
    this.function.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }),
    );
    table.callWithChanges(this.function, 'BecamePaid', {
      filters: [BECAME_PAID],
      batchSize: 100,
      deadLetterQueue,
    });
    this.#allowRulesToUseQueue();
  }

  /**
   * Subscribes a function to the `PaymentConfirmed` events of this tracker.
   *
   * EventBridge retries the delivery of an event to Lambda for up to a day. Lambda then calls the function up to three
   * times. An event that still fails goes to the dead-letter queue. If the function already has an asynchronous
   * configuration (`configureAsyncInvoke`), that configuration stays and decides about calls that fail.
   *
   * The rule belongs to the stack of the function, so that the stack of a bot depends on the stack of the tracker, and
   * never the reverse.
   */
  subscribe(fn: IFunction): Rule {
    const id = this.node.addr.slice(-8);
    if (fn.node.tryFindChild('EventInvokeConfig') === undefined) {
      fn.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(this.#deadLetterQueue) });
    }
    const deadLetterQueue = Queue.fromQueueArn(fn, `DeadLetters${id}`, this.#deadLetterQueue.queueArn);
    return this.#forward(
      fn,
      `PaymentConfirmed${id}`,
      new LambdaFunction(fn, { ...DELIVERY, deadLetterQueue }),
    );
  }

  /** Puts the events of this tracker into a queue. */
  fill(queue: IQueue): Rule {
    const deadLetterQueue = this.#deadLetterQueue;
    return this.#forward(queue, 'PaymentConfirmed', new SqsQueue(queue, { ...DELIVERY, deadLetterQueue }));
  }

  #forward(scope: Construct, id: string, target: IRuleTarget): Rule {
    return new Rule(scope, id, {
      description: `Payments confirmed by ${this.#trackerName}`,
      eventBus: this.bus,
      eventPattern: {
        source: [PAYMENT_CONFIRMED.source],
        detailType: [PAYMENT_CONFIRMED.detailType],
        detail: { trackerName: [this.#trackerName] },
      },
      targets: [target],
    });
  }

  /** Uses a pattern: with the names of the rules, the stack of the tracker would depend on those of its subscribers. */
  #allowRulesToUseQueue(): void {
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
 * A bus needs a name, and the default name of the CDK does not contain the name of the stack. The cast is necessary
 * because with `exactOptionalPropertyTypes` the class `EventBus` does not match the interface `IEventBus`.
 */
function createBus(scope: Construct, description: string): IEventBus {
  const eventBusName = Names.uniqueResourceName(scope, {
    maxLength: 128,
    separator: '-',
    allowedSpecialCharacters: '-',
  });
  return new EventBus(scope, 'Bus', { eventBusName, description }) as IEventBus;
}

/** EventBridge repeats a delivery for a day: the longest time, with the most attempts. */
const DELIVERY = { maxEventAge: Duration.hours(24), retryAttempts: 185 } as const;

/** Lambda applies the filter before it calls the function, free of charge. */
const BECAME_PAID = FilterCriteria.filter({
  eventName: FilterRule.isEqual('MODIFY'),
  dynamodb: {
    NewImage: { status: { S: FilterRule.isEqual('paid') } },
    OldImage: { status: { S: FilterRule.notEquals('paid') } },
  },
});

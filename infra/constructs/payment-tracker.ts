import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { namesFieldsByIds } from '../../lambda/nocodb/fields.ts';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { toValues } from '../../lambda/settings/read-tracker-settings.ts';
import type { TrackerSettings } from '../../lambda/settings/tracker-settings.ts';
import { CONTROL_PARTITION, USER_PREFIX } from '../../lambda/table/layout.ts';
import { timeLimits } from '../../lambda/tracker/interval.ts';
import type { MonitoredTracker } from './alarm-rules.ts';
import { Alarms } from './alarms.ts';
import { BundledFunction, TRACING_CONTEXT } from './bundled-function.ts';
import { checkProps } from './check-props.ts';
import { TrackerDashboard } from './dashboard.ts';
import { warnOfLoopback } from './loopback-warning.ts';
import { acknowledge } from './nag-acknowledgements.ts';
import { Notifications } from './notifications.ts';
import { PaymentTable } from './payment-table.ts';
import type { PaymentTrackerProps, WebhookProps } from './payment-tracker-props.ts';
import { PostConfirmed, type PostConfirmedProps } from './post-confirmed.ts';
import { type GrantOptions, setTableVariables } from './table-variable.ts';
import { TickLoop } from './tick-loop.ts';
import { WakeUp } from './wake-up.ts';
import { Webhook } from './webhook.ts';

/**
 * Watches one NocoDB table for any number of bots: a loop asks NocoDB about the pending payments of all bots and writes
 * the table that the bots read.
 *
 * @example
 * const payments = new PaymentTracker(this, 'Payments', {
 *   nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' },
 * });
 * payments.grantTrack(botFunction);
 */
export class PaymentTracker extends Construct {
  /** Payments and the control item. */
  readonly table: PaymentTable;
  /** Calls the tick function in every slot. */
  readonly loop: IStateMachine;
  /** Runs a tick: asks NocoDB and confirms payments. */
  readonly tickFunction: BundledFunction;
  /** Wakes the resting loop. */
  readonly wakeFunction: IFunction;
  /** Puts the events of confirmed payments on the event bus. */
  readonly notifyFunction: IFunction;
  /** Gets a `PaymentConfirmed` event with the source `payment-tracker` for each confirmed payment. */
  readonly eventBus: IEventBus;
  /** Handles calls of NocoDB's webhook. Absent if `webhook` is not set. */
  readonly webhookFunction?: IFunction;
  /** URL to which NocoDB's webhook posts. Absent if `webhook` is not set. */
  readonly webhookUrl?: string;
  /**
   * Gets starts of the loop that could not be delivered, stream records that a function could not process, and events
   * that a subscribed function could not process. Normally empty.
   */
  readonly deadLetterQueue: IQueue;
  /** The topic that alarms notify. */
  readonly alarmTopic: ITopic;
  /** Name of the tracker in logs, metrics and events. */
  readonly trackerName: string;
  /** The props with the defaults filled in. */
  readonly settings: TrackerSettings;
  readonly #notifications: Notifications;

  /** @throws {SettingsError} if props are wrong, listing every fault */
  constructor(scope: Construct, id: string, props: PaymentTrackerProps) {
    super(scope, id);
    this.settings = checkProps(props);
    warnOfLoopback(this, this.settings.nocodb.apiUrl);
    this.trackerName = props.name ?? nameAfterPath(this);
    const { tracing = false } = props;
    this.node.setContext(TRACING_CONTEXT, tracing);

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.table = new PaymentTable(this, 'Table', {
      removalPolicy,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
    });
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.deadLetterQueue, 'isDeadLetterQueue', 'deadLettersStay');
    this.tickFunction = this.#createTickFunction(props.webhook);
    const { table, tickFunction, deadLetterQueue, trackerName } = this;
    const loop = new TickLoop(this, 'Loop', {
      table,
      tickFunction,
      intervalSeconds: this.settings.intervalSeconds,
      deadLetterQueue,
      tracing,
    });
    this.loop = loop.stateMachine;
    const wakeUp = new WakeUp(this, 'WakeUp', {
      table,
      loop: this.loop,
      trackerName,
      intervalSeconds: this.settings.intervalSeconds,
      deadLetterQueue,
    });
    this.wakeFunction = wakeUp.function;
    this.#notifications = new Notifications(this, 'Notifications', {
      table,
      trackerName,
      bus: props.eventBus,
      deadLetterQueue,
    });
    this.notifyFunction = this.#notifications.function;
    this.eventBus = this.#notifications.bus;
    if (props.webhook !== undefined) {
      const webhook = this.#createWebhook(props.webhook);
      this.webhookFunction = webhook.function;
      this.webhookUrl = webhook.url;
    }
    this.alarmTopic = this.#createMonitoring(props);
  }

  /**
   * Lets a bot read payments and statistics. Sets the variable `PAYMENT_TABLE_NAME` of a function to the name of the
   * table, or another variable (`tableVariable`).
   *
   * @throws {Error} when the variable of the function names the table of another tracker
   */
  grantRead(grantee: IGrantable, options: GrantOptions = {}): Grant {
    const { tableName } = this.table;
    setTableVariables(grantee, { tracker: this, tableName, shards: this.settings.shards }, options);
    const table = this.table.grantItems(
      grantee,
      ['dynamodb:GetItem', 'dynamodb:Query'],
      [`${USER_PREFIX}*`, CONTROL_PARTITION],
    );
    return table.combine(this.table.grantQueryOfPending(grantee));
  }

  /**
   * Lets a bot track and untrack payments, and everything that {@link grantRead} does: tracking reads the layout of the
   * table in the control item.
   *
   * @throws {Error} when the variable of the function names the table of another tracker
   */
  grantTrack(grantee: IGrantable, options: GrantOptions = {}): Grant {
    const actions = ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
    return this.grantRead(grantee, options).combine(
      this.table.grantItems(grantee, actions, [`${USER_PREFIX}*`]),
    );
  }

  /**
   * Lets a function read NocoDB's API token, for bots that use NocoDB themselves. If a customer managed key encrypts the
   * parameter, also call `key.grantDecrypt(fn)`.
   */
  grantReadToken(grantee: IGrantable): Grant {
    const resource = 'parameter';
    const resourceName = this.settings.tokenParameterName.slice(1);
    return Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameter'],
      resourceArns: [Stack.of(this).formatArn({ service: 'ssm', resource, resourceName })],
    });
  }

  /**
   * Calls a function at least once for each confirmed payment, usually within a second or two. The `detail` of the event
   * is a `PaymentConfirmed` of the client. An event that fails repeatedly goes to the dead-letter queue, which has an
   * alarm.
   *
   * @example
   * payments.onConfirmed(deliverFunction);
   */
  onConfirmed(fn: IFunction): Rule {
    return this.#notifications.subscribe(fn);
  }

  /**
   * Posts each confirmed payment to a server that is not on AWS, signed as Standard Webhooks describes it. A request that
   * the server does not accept is repeated for a day. `verifyConfirmed` of the client checks a request.
   *
   * @returns the function that posts
   * @throws {SettingsError} if a prop is wrong
   * @example
   * payments.postConfirmed({ url: 'https://bot.example.com/confirmed' });
   */
  postConfirmed(props: PostConfirmedProps): IFunction {
    const { trackerName, deadLetterQueue } = this;
    const post = new PostConfirmed(this, 'PostConfirmed', { ...props, trackerName, deadLetterQueue });
    this.#notifications.fill(post.queue);
    return post.function;
  }

  #createTickFunction(webhook: WebhookProps | undefined): BundledFunction {
    const { table, trackerName, settings } = this;
    const { lambdaTimeoutSeconds } = timeLimits(settings.intervalSeconds);
    const tick = new BundledFunction(this, 'Tick', {
      entry: 'tick.handler',
      description: `Asks NocoDB which payments are paid and confirms them (${trackerName})`,
      timeout: Duration.seconds(lambdaTimeoutSeconds),
      // A tick takes up to 219 million bytes. With more than 512 MB the time of waiting costs more, and the time of computing
      // the same. 512 MB have time for about 1,500 confirmations in a tick (test/bench/README.md).
      memorySize: 512,
      environment: variablesFor('tick', {
        tableName: table.tableName,
        trackerName,
        ...(webhook && { webhookSecretParameter: webhook.secretParameterName }),
        ...toValues(settings),
      }),
    });
    this.grantReadToken(tick);
    table.grantItems(
      tick,
      ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
      [`${USER_PREFIX}*`, CONTROL_PARTITION],
    );
    table.grantQueryOfPending(tick);
    return tick;
  }

  #createWebhook(props: WebhookProps): Webhook {
    const { table, trackerName, settings } = this;
    const webhook = new Webhook(this, 'Webhook', { ...props, table, trackerName, settings });
    // Events contain the titles of fields. If fields are configured by their ids, the function asks NocoDB for the titles.
    if (namesFieldsByIds(settings.nocodb)) this.grantReadToken(webhook.function);
    return webhook;
  }

  /** Creates the alarms and the dashboard. @returns the topic of the alarms */
  #createMonitoring({ alarmTopic, alarmEmail, dashboard = false }: PaymentTrackerProps): ITopic {
    const { trackerName, settings, tickFunction, loop, table, deadLetterQueue } = this;
    const tracker: MonitoredTracker = {
      trackerName,
      intervalSeconds: settings.intervalSeconds,
      comparesOwners: settings.nocodb.ownerField !== undefined,
      tickFunction,
      loop,
      table,
      deadLetterQueue,
    };
    const alarms = new Alarms(this, 'Alarms', { tracker, topic: alarmTopic, email: alarmEmail });
    if (dashboard) {
      const tickLogGroupName = this.tickFunction.logGroup.logGroupName;
      new TrackerDashboard(this, 'Overview', { tracker, alarms: [...alarms.all.values()], tickLogGroupName });
    }
    return alarms.topic;
  }
}

/** `PaymentTracker-Payments`: the name of the stack and the ids of the constructs in it. */
function nameAfterPath(construct: Construct): string {
  const stack = Stack.of(construct);
  const ids = construct.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...ids]
    .join('-')
    .replace(/[^\x21-\x7e]/g, '-')
    .slice(0, 128);
}

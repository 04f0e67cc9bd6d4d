import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** What a {@link PaymentTracker} can be told. Wrong values fail at synth, all of them in one error. */
export interface PaymentTrackerProps {
  /** The NocoDB table that holds the payments' records. */
  readonly nocodb: NocoDbProps;

  /**
   * Time between two ticks: whole seconds, 5 to 300. A payment is confirmed at most so much, and a few seconds, after
   * it was paid.
   *
   * @default Duration.seconds(20)
   */
  readonly interval?: Duration;

  /**
   * Partitions of the index that pending payments are spread over after a tick has asked for them, 1 to 16. More than
   * one only if more than a thousand payments are confirmed a second. Never lower it.
   *
   * @default 1
   */
  readonly shards?: number;

  /** How long payments are kept; whole days. Afterwards DynamoDB deletes them by itself. */
  readonly retention?: {
    /**
     * How long a payment may wait, from when it was last tracked.
     *
     * @default Duration.days(90)
     */
    readonly pending?: Duration;
    /**
     * How long a paid payment stays readable, from when it was confirmed.
     *
     * @default Duration.days(30)
     */
    readonly paid?: Duration;
  };

  /**
   * What the tracker is called in logs, metrics and events; unique in the account and region.
   *
   * @default - the stack's name and the construct's path in it
   */
  readonly name?: string;

  /**
   * What happens to the table when the stack or the construct is deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether DynamoDB refuses to delete the table.
   *
   * @default - true, unless `removalPolicy` is `DESTROY`
   */
  readonly deletionProtection?: boolean;

  /**
   * The bus for events of confirmed payments. Several trackers may share one: the events name the tracker.
   *
   * @default - a new bus
   */
  readonly eventBus?: IEventBus;

  /**
   * Takes NocoDB's webhook beside the ticks, so that payments are confirmed at once. `payment-tracker webhook install`
   * then sets NocoDB up.
   *
   * @default - ticks only
   */
  readonly webhook?: WebhookProps;

  /**
   * Where alarms go. The policy of a topic of your own has to let `cloudwatch.amazonaws.com` publish.
   *
   * @default - a topic of the tracker's own
   */
  readonly alarmTopic?: ITopic;

  /**
   * An e-mail address that gets the alarms, once it has confirmed the mail that AWS sends it.
   *
   * @default - nobody; subscribe to `alarmTopic` of the tracker
   */
  readonly alarmEmail?: string;

  /**
   * Whether there is a dashboard. The first three of an account are free, each more costs $3 a month.
   *
   * @default true
   */
  readonly dashboard?: boolean;
}

/** How NocoDB's webhook is taken. */
export interface WebhookProps {
  /**
   * Name of the SSM parameter (SecureString) with the secret that calls have to bring: at least 16 characters. The name
   * begins with `/`. `payment-tracker webhook install` makes the secret if there is none.
   *
   * A parameter encrypted with a key of your own needs `key.grantDecrypt(tracker.webhookFunction)`.
   */
  readonly secretParameterName: string;

  /**
   * The most calls that are processed at the same time. It limits what strangers who find the URL can cost, and it
   * is taken from the account's own limit of concurrent functions.
   *
   * @default - only the account's limit
   */
  readonly maxConcurrency?: number;
}

/** Which NocoDB table is watched, and what in it means paid. */
export interface NocoDbProps {
  /** Address of NocoDB: `https://nocodb.example.com`. Addresses pasted from its user interface are understood too. */
  readonly apiUrl: string;

  /** Id of the table (it begins with `m`), not its title. */
  readonly tableId: string;

  /**
   * Name of the SSM parameter (SecureString) that holds the API token. It begins with `/`. The token itself is in no
   * template, no variable and no log; put it there with
   * `aws ssm put-parameter --type SecureString --name /payment-tracker/nocodb-api-token --value …`.
   *
   * A parameter encrypted with a key of your own needs `key.grantDecrypt(tracker.tickFunction)`.
   *
   * @default '/payment-tracker/nocodb-api-token'
   */
  readonly tokenParameterName?: string;

  /**
   * Title or id of the field with the record id.
   *
   * @default 'Id'
   */
  readonly idField?: string;

  /**
   * Title or id of the field that says whether a record is paid.
   *
   * @default 'Paid'
   */
  readonly paidField?: string;

  /**
   * The paid field's texts that mean paid, as in `['Paid', 'Succeeded']` for a single select.
   *
   * @default - the paid field is a checkbox
   */
  readonly paidValues?: readonly string[];

  /**
   * Title or id of the field with the user id of the record's owner. With it, a paid record confirms only its owner.
   *
   * @default - owners are not compared
   */
  readonly ownerField?: string;
}

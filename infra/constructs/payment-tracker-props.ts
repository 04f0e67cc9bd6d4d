import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Properties of a {@link PaymentTracker}. If values are wrong, the synthesis fails with one error that lists them all. */
export interface PaymentTrackerProps {
  /** The NocoDB table with the records of the payments. */
  readonly nocodb: NocoDbProps;

  /**
   * Time between two ticks: whole seconds, 5 to 3600. A payment is confirmed at most one interval and a few seconds
   * after it is paid. From a minute on, ticks come to the minute, and cost much less: the loop does not wait for them.
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

  /** How long payments are kept: whole days. Then DynamoDB deletes them. */
  readonly retention?: {
    /**
     * How long an unpaid payment is kept, from when it was last tracked.
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
   * Name of the tracker in logs, metrics and events. It must be unique in the account and region.
   *
   * @default - the name of the stack and the path of the construct in it
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
   * The bus that gets the events of confirmed payments. Several trackers can share a bus: the events name the tracker.
   *
   * @default - a new bus
   */
  readonly eventBus?: IEventBus;

  /**
   * Deploys a function for NocoDB's webhook, which confirms a payment as soon as it is paid. Then run
   * `payment-tracker webhook install` to install the webhook in NocoDB. Ticks run with and without the webhook.
   *
   * @default - no webhook
   */
  readonly webhook?: WebhookProps;

  /**
   * The topic that alarms notify. Its policy must allow `cloudwatch.amazonaws.com` to publish.
   *
   * @default - a new topic
   */
  readonly alarmTopic?: ITopic;

  /**
   * An e-mail address that gets the alarms, after its owner confirms the mail that AWS sends.
   *
   * @default - none; subscribe to `alarmTopic` of the tracker
   */
  readonly alarmEmail?: string;

  /**
   * Whether to create a dashboard. The first three dashboards of an account are free; each further one costs $3 a month
   * (https://aws.amazon.com/cloudwatch/pricing/).
   *
   * @default false
   */
  readonly dashboard?: boolean;

  /**
   * Whether the loop and the functions send traces to X-Ray. They are free up to 100,000 a month in an account; the tracker
   * sends 43,200, about $0.22 (https://aws.amazon.com/xray/pricing/).
   *
   * @default false
   */
  readonly tracing?: boolean;
}

/** Properties of NocoDB's webhook. */
export interface WebhookProps {
  /**
   * Name of the SSM parameter (SecureString) with the secret that calls must contain. The name starts with `/`. The
   * secret has at least 16 characters; `payment-tracker webhook install` creates it if the parameter does not exist.
   *
   * If a customer managed key encrypts the parameter, call `key.grantDecrypt(tracker.webhookFunction)`.
   */
  readonly secretParameterName: string;

  /**
   * Maximum number of concurrent calls; 5 are enough. It caps the cost if strangers call the URL, and keeps them from
   * delaying the ticks. The concurrency is reserved: it is no longer available to other functions of the account. Lambda
   * refuses to reserve more than leaves 100 unreserved, so an account with a low quota cannot deploy this.
   *
   * @default - the unreserved concurrency of the account
   */
  readonly maxConcurrency?: number;
}

/** The NocoDB table that the tracker watches, and its fields. */
export interface NocoDbProps {
  /** Address of NocoDB: `https://nocodb.example.com`. Addresses copied from the browser are accepted too. */
  readonly apiUrl: string;

  /** Id of the table (it starts with `m`), not its title. The address of the table is accepted too. */
  readonly tableId: string;

  /**
   * Id of the table's base (it starts with `p`). API v3 needs it.
   *
   * @default - the one in the address of the table, or else the one that NocoDB's API v2 tells
   */
  readonly baseId?: string;

  /**
   * Version of NocoDB's API. `auto` uses v2 as long as NocoDB has it, and then v3.
   *
   * @default 'auto'
   */
  readonly apiVersion?: 'auto' | 'v2' | 'v3';

  /**
   * Name of the SSM parameter (SecureString) that holds the API token. The name starts with `/`. No template, variable or
   * log contains the token. To store it:
   * `aws ssm put-parameter --type SecureString --name /payment-tracker/nocodb-api-token --value …`.
   *
   * If a customer managed key encrypts the parameter, call `key.grantDecrypt(tracker.tickFunction)`.
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
   * Values of the paid field that mean paid, for example `['Paid', 'Succeeded']` for a single select.
   *
   * @default - the paid field is a checkbox
   */
  readonly paidValues?: readonly string[];

  /**
   * Title or id of the field with the user id of the owner. A paid record then confirms only the payment of this user.
   *
   * @default - the tracker does not compare owners
   */
  readonly ownerField?: string;
}

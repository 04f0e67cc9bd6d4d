import { BASE_ID, idsInUrl, TABLE_ID } from './api-url.ts';
import { apiUrl, fieldName, flag, interval, oneOf, paidValues, tableId, WEBHOOK_FIRST } from './checks.ts';
import { DECIMAL, type Definition, FLAG, LIST, number, parameterName, TEXT, text } from './definition.ts';

/** Readers of all settings of a tracker. */
const TRACKER = {
  stack: 'optional',
  props: 'optional',
  tick: 'optional',
  webhook: 'optional',
  tracker: 'optional',
  start: 'optional',
} as const;
const NOCODB = { ...TRACKER, nocodbCommand: 'optional' } as const;
const ADDRESS_OF_RECORDS = {
  stack: 'required',
  props: 'required',
  tick: 'required',
  webhook: 'required',
  tracker: 'required',
  start: 'required',
  nocodbCommand: 'required',
} as const;

/** Shortest and longest time between two ticks, and the default; seconds. */
export const INTERVAL_SECONDS = { min: 5, max: 3600, default: 20 } as const;

const DAYS = { min: 1, max: 3650, unit: 'days' } as const;

const QUEUE_URL = /^https?:\/\/\S+$/;
const QUEUE_URL_FORM = 'the URL of an SQS queue';

const DEFAULT_TOKEN_PARAMETER = '/payment-tracker/nocodb-api-token';

const DEFAULT_CONFIRMED_SECRET_PARAMETER = '/payment-tracker/confirmed-webhook-secret';

const WHERE_TABLE_ID_IS =
  'the id begins with m and stands in the address bar when the table is open, as in …/dashboard/#/nc/<base id>/<table id>';

const WHERE_BASE_ID_IS =
  'it begins with p and stands before the id of the table in the address bar, as in …/dashboard/#/nc/<base id>/<table id>';

/** All settings. Errors name them in this order. */
export const SETTINGS = {
  stackName: {
    variable: 'PAYMENT_TRACKER_STACK',
    ...text(
      /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
      'the name of a CloudFormation stack: a letter, then letters, digits and hyphens, up to 128 characters',
    ),
    default: 'PaymentTracker',
    readBy: { stack: 'optional' },
    meaning: 'Name of the CloudFormation stack, one for each stage.',
  },
  demo: {
    variable: 'PAYMENT_TRACKER_DEMO',
    format: FLAG,
    check: flag,
    default: false,
    readBy: { stack: 'optional' },
    meaning: '`true` adds the example bots, and deletes the table with the stack.',
  },
  tableName: {
    variable: 'PAYMENT_TABLE_NAME',
    ...text(/^[A-Za-z0-9_.-]{3,255}$/, 'the name of a DynamoDB table'),
    readBy: { tick: 'required', webhook: 'required', wake: 'required' },
  },
  trackerName: {
    variable: 'TRACKER_NAME',
    prop: 'name',
    // The name is a dimension of metrics, which CloudWatch takes only in ASCII.
    ...text(/^[\x21-\x7e]{1,128}$/, 'a name of 1 to 128 ASCII characters without spaces'),
    readBy: {
      props: 'optional',
      tick: 'required',
      webhook: 'required',
      notify: 'required',
      post: 'required',
      wake: 'required',
    },
  },
  loopArn: {
    variable: 'LOOP_ARN',
    ...text(/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:.+$/, 'the ARN of a state machine'),
    readBy: { wake: 'required' },
  },
  eventBusArn: {
    variable: 'EVENT_BUS_ARN',
    ...text(/^arn:[a-z-]+:events:[a-z0-9-]+:\d{12}:event-bus\/.+$/, 'the ARN of an event bus'),
    readBy: { notify: 'required' },
  },
  deadLetterQueueUrl: {
    variable: 'DEAD_LETTER_QUEUE_URL',
    ...text(QUEUE_URL, QUEUE_URL_FORM),
    readBy: { notify: 'required', post: 'required' },
  },
  postQueueUrl: {
    variable: 'POST_QUEUE_URL',
    ...text(QUEUE_URL, QUEUE_URL_FORM),
    readBy: { post: 'required' },
  },
  alarmEmail: {
    variable: 'ALARM_EMAIL',
    prop: 'alarmEmail',
    // Only catches a slip: AWS finds out whether the address exists.
    ...text(/^[^\s@]+@[^\s@]+$/, 'an e-mail address'),
    readBy: { stack: 'optional', props: 'optional' },
    meaning:
      'An e-mail address that gets the [alarms](#alarms), after its owner confirms the mail that AWS sends.',
  },
  dashboard: {
    variable: 'PAYMENT_TRACKER_DASHBOARD',
    prop: 'dashboard',
    format: FLAG,
    check: flag,
    default: false,
    readBy: { stack: 'optional', props: 'optional' },
    meaning: '`true` adds a dashboard ($3 a month after the first three of an account).',
  },
  tracing: {
    variable: 'PAYMENT_TRACKER_TRACING',
    prop: 'tracing',
    format: FLAG,
    check: flag,
    default: false,
    readBy: { stack: 'optional', props: 'optional' },
    meaning: '`true` sends traces of the loop and the functions to X-Ray.',
  },
  webhookSecretParameter: {
    variable: 'NOCODB_WEBHOOK_SECRET_PARAMETER',
    prop: 'webhook.secretParameterName',
    ...parameterName('/payment-tracker/webhook-secret', 'secret'),
    readBy: { stack: 'optional', props: 'optional', tick: 'optional', webhook: 'required' },
    meaning:
      "Name of the SSM SecureString parameter that holds the secret of [NocoDB's webhook](#nocodbs-webhook-confirmed-at-once). Set it to deploy the webhook.",
  },
  webhookMaxConcurrency: {
    variable: 'NOCODB_WEBHOOK_MAX_CONCURRENCY',
    prop: 'webhook.maxConcurrency',
    ...number({ min: 1 }),
    readBy: { stack: 'optional', props: 'optional' },
    meaning:
      'The most calls of the webhook that run at the same time, for example `5`: strangers who call its URL then cannot delay the ticks. Lambda reserves them from the concurrency of the account.',
  },
  confirmedWebhookUrl: {
    variable: 'CONFIRMED_WEBHOOK_URL',
    prop: 'postConfirmed.url',
    // Requests to this machine are for tests.
    ...text(
      /^(?:https:\/\/[^\s/]|http:\/\/(?:127\.0\.0\.1|localhost)[:/])\S*$/,
      'an address that begins with https://',
    ),
    // The path may contain a secret.
    secret: true,
    readBy: { stack: 'optional', props: 'optional', post: 'required' },
    meaning:
      'An HTTPS address that gets a signed [POST for each confirmed payment](https://github.com/global-payment-tracker/payment-tracker/blob/main/lambda/notify/README.md#bots-that-are-not-on-aws), for a bot that is not on AWS.',
  },
  confirmedWebhookSecretParameter: {
    variable: 'CONFIRMED_WEBHOOK_SECRET_PARAMETER',
    prop: 'postConfirmed.secretParameterName',
    ...parameterName(DEFAULT_CONFIRMED_SECRET_PARAMETER, 'secret'),
    default: DEFAULT_CONFIRMED_SECRET_PARAMETER,
    readBy: { stack: 'optional', props: 'optional', post: 'optional' },
    meaning:
      'Name of the SSM SecureString parameter that holds the secret (`whsec_…`) that signs these requests.',
  },
  apiUrl: {
    variable: 'NOCODB_API_URL',
    prop: 'nocodb.apiUrl',
    format: TEXT,
    check: apiUrl,
    missing: 'set it to the address of NocoDB, as in https://nocodb.example.com',
    aliases: [
      'NOCODB_URL',
      'NOCODB_BASE_URL',
      'NOCODB_HOST',
      'NOCO_URL',
      'NC_URL',
      'NC_API_URL',
      'NC_PUBLIC_URL',
    ],
    // A pasted address may contain a password.
    secret: true,
    readBy: ADDRESS_OF_RECORDS,
    meaning:
      'Address of NocoDB. The path of a reverse proxy is kept. `/dashboard`, `/api/v2` and the address of a table, copied from the browser, are accepted too.',
  },
  tableId: {
    variable: 'NOCODB_TABLE_ID',
    prop: 'nocodb.tableId',
    format: TEXT,
    check: tableId(TABLE_ID, `a table id, maybe the table's title: ${WHERE_TABLE_ID_IS}`),
    missing: WHERE_TABLE_ID_IS,
    infer: (given) => idsInUrl(given.apiUrl).tableId,
    aliases: ['NOCODB_TABLE', 'NOCODB_TABLE_NAME', 'NOCO_TABLE_ID', 'NC_TABLE_ID', 'NC_TABLE'],
    readBy: ADDRESS_OF_RECORDS,
    meaning:
      'Id of the table (`m…`), not its title, or the address of the table, copied from the browser. In NocoDB, the `⋮` menu of the table shows the id.',
  },
  baseId: {
    variable: 'NOCODB_BASE_ID',
    prop: 'nocodb.baseId',
    ...text(BASE_ID, `the id of a base: ${WHERE_BASE_ID_IS}`),
    infer: (given) => idsInUrl(given.tableId).baseId ?? idsInUrl(given.apiUrl).baseId,
    aliases: ['NOCODB_PROJECT_ID', 'NOCODB_BASE', 'NC_BASE_ID'],
    readBy: NOCODB,
    meaning:
      "Id of the table's base (`p…`), for API v3. Not needed with the address of the table, or while NocoDB has API v2.",
  },
  apiVersion: {
    variable: 'NOCODB_API_VERSION',
    prop: 'nocodb.apiVersion',
    format: TEXT,
    check: oneOf(['auto', 'v2', 'v3']),
    default: 'auto',
    readBy: NOCODB,
    meaning: "Version of NocoDB's API: `v2`, `v3`, or `auto`: v2 as long as NocoDB has it, then v3.",
  },
  idField: {
    variable: 'NOCODB_ID_FIELD',
    prop: 'nocodb.idField',
    format: TEXT,
    check: fieldName,
    default: 'Id',
    readBy: NOCODB,
    meaning: 'Title of the primary key.',
  },
  paidField: {
    variable: 'NOCODB_PAID_FIELD',
    prop: 'nocodb.paidField',
    format: TEXT,
    check: fieldName,
    default: 'Paid',
    readBy: NOCODB,
    meaning: 'Title or id (`c…`) of the field that says whether a record is paid.',
  },
  paidValues: {
    variable: 'NOCODB_PAID_VALUES',
    prop: 'nocodb.paidValues',
    format: LIST,
    check: paidValues,
    aliases: ['NOCODB_PAID_VALUE'],
    readBy: NOCODB,
    meaning:
      'For a select or text field instead of a checkbox: the values that mean paid, separated by commas (`Paid,Succeeded`).',
  },
  ownerField: {
    variable: 'NOCODB_OWNER_FIELD',
    prop: 'nocodb.ownerField',
    format: TEXT,
    check: fieldName,
    readBy: NOCODB,
    meaning:
      'Title or id of the field with the user id, for example `TG ID`. A paid record then confirms only the payment of this user. Recommended.',
  },
  tokenParameterName: {
    variable: 'NOCODB_TOKEN_PARAMETER',
    prop: 'nocodb.tokenParameterName',
    ...parameterName(DEFAULT_TOKEN_PARAMETER, 'token'),
    default: DEFAULT_TOKEN_PARAMETER,
    readBy: TRACKER,
    meaning: 'Name of the SSM SecureString parameter that holds the API token.',
  },
  intervalSeconds: {
    variable: 'INTERVAL_SECONDS',
    prop: 'interval',
    format: DECIMAL,
    check: interval(INTERVAL_SECONDS),
    refuse: ({ intervalSeconds, webhookSecretParameter }) =>
      intervalSeconds === WEBHOOK_FIRST && webhookSecretParameter === undefined
        ? 'needs the webhook: set NOCODB_WEBHOOK_SECRET_PARAMETER, or a number of seconds'
        : undefined,
    default: INTERVAL_SECONDS.default,
    aliases: ['INTERVAL', 'UPDATE_INTERVAL', 'POLL_INTERVAL', 'POLLING_INTERVAL'],
    readBy: { ...TRACKER, wake: 'optional' },
    meaning: `Seconds between two ticks, ${INTERVAL_SECONDS.min} to ${INTERVAL_SECONDS.max}. \`${WEBHOOK_FIRST}\` is ${INTERVAL_SECONDS.max}, for [plans with a quota](https://github.com/global-payment-tracker/payment-tracker/blob/main/lambda/nocodb/plans.md): NocoDB's webhook confirms payments, and ticks find what it missed.`,
  },
  monthlyQuota: {
    variable: 'NOCODB_MONTHLY_QUOTA',
    ...number({ min: 1, unit: 'requests' }),
    readBy: { nocodbCommand: 'optional' },
    meaning:
      'API calls that your plan of NocoDB Cloud allows in a month. `doctor` compares them with what the tracker sends.',
  },
  shards: {
    variable: 'PENDING_SHARDS',
    prop: 'shards',
    // A partition takes 1,000 writes a second (DynamoDB's limit).
    ...number({ min: 1, max: 16, unit: 'shards' }),
    default: 1,
    readBy: { ...TRACKER, tableCommand: 'optional' },
    meaning:
      'Partitions of the index that pending payments are spread over after a tick has asked for them. 1 is enough for up to 1,000 confirmed payments a second. You can raise it later, but never lower it: the payments in a removed partition are no longer checked. After you raise it, only the sweep confirms some of the older payments.',
  },
  pendingDays: {
    variable: 'PENDING_RETENTION_DAYS',
    prop: 'retention.pending',
    ...number(DAYS),
    default: 90,
    readBy: TRACKER,
    meaning: 'Days that an unpaid payment is kept, from when it was last tracked.',
  },
  paidDays: {
    variable: 'PAID_RETENTION_DAYS',
    prop: 'retention.paid',
    ...number(DAYS),
    default: 30,
    readBy: TRACKER,
    meaning: 'Days that a paid payment stays readable, from when it was confirmed.',
  },
  apiToken: {
    variable: 'NOCODB_API_TOKEN',
    ...text(/./, 'a token'),
    missing: 'make a token in NocoDB under Team & Settings → API Tokens',
    aliases: ['NOCODB_TOKEN', 'NOCODB_API_KEY', 'NC_TOKEN', 'NC_API_TOKEN'],
    secret: true,
    readBy: { nocodbCommand: 'required', start: 'required' },
    meaning: 'The API token itself, for `npm start` and the command line. It never goes into a template.',
  },
  urlForLambdas: {
    variable: 'NOCODB_URL_FOR_LAMBDAS',
    format: TEXT,
    check: apiUrl,
    secret: true,
    readBy: { start: 'optional' },
    meaning:
      'For `npm start` with LocalStack in Docker only: the address of NocoDB inside the network of the containers, such as `http://nocodb:8080`.',
  },
} as const satisfies Record<string, Definition>;

type Settings = typeof SETTINGS;

export type SettingName = keyof Settings;

/** The variable of each setting that has one. */
export const VARIABLES = Object.fromEntries(
  Object.entries<Definition>(SETTINGS).map(([name, { variable }]) => [name, variable]),
) as { readonly [N in SettingName as Settings[N] extends { variable: string } ? N : never]: VariableOf<N> };

type VariableOf<N extends SettingName> = Settings[N] extends { readonly variable: infer V } ? V : never;

/** The price of a unit, and the units that are free every month, not only in the first year of an account. */
export interface Price {
  readonly service: string;
  readonly item: string;
  /** US dollars for `per` units. */
  readonly usd: number;
  readonly per: number;
  /** Free units a month for the whole account. */
  readonly free: number;
}

/** The region and the date of the prices. */
export const PRICES_OF = { region: 'us-east-1', date: 'June 2026' } as const;

/** Length of the month: 30 days. */
export const MONTH = { seconds: 2_592_000 } as const;

/** The pages on which AWS publishes the prices, by service. */
export const PRICE_SOURCES: Readonly<Record<string, string>> = {
  'Step Functions': 'https://aws.amazon.com/step-functions/pricing/',
  EventBridge: 'https://aws.amazon.com/eventbridge/pricing/',
  Lambda: 'https://aws.amazon.com/lambda/pricing/',
  DynamoDB: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  CloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  'X-Ray': 'https://aws.amazon.com/xray/pricing/',
  KMS: 'https://aws.amazon.com/kms/pricing/',
  'Data transfer': 'https://aws.amazon.com/ec2/pricing/on-demand/',
};

const MILLION = 1_000_000;

/**
 * The prices of everything that the tracker pays for. These cost nothing: standard SSM parameters, stream reads by
 * Lambda, deletions by TTL, and the few messages a month of its queue, its topic and its alarm mails.
 */
export const PRICES = {
  executions: { service: 'Step Functions', item: 'Express executions', usd: 1, per: MILLION, free: 0 },
  executionGbSeconds: {
    service: 'Step Functions',
    item: 'Express GB-seconds',
    usd: 0.00001667,
    per: 1,
    free: 0,
  },
  // AWS publishes no price for scheduled rules. To be safe, the bill uses the price of custom events.
  scheduledStarts: { service: 'EventBridge', item: 'Starts by the rule', usd: 1, per: MILLION, free: 0 },
  events: { service: 'EventBridge', item: 'Events', usd: 1, per: MILLION, free: 0 },
  invocations: { service: 'Lambda', item: 'Requests', usd: 0.2, per: MILLION, free: MILLION },
  lambdaGbSeconds: {
    service: 'Lambda',
    item: 'GB-seconds (arm64)',
    usd: 0.0000133334,
    per: 1,
    free: 400_000,
  },
  writeUnits: { service: 'DynamoDB', item: 'Write request units', usd: 0.625, per: MILLION, free: 0 },
  readUnits: { service: 'DynamoDB', item: 'Read request units', usd: 0.125, per: MILLION, free: 0 },
  tableGb: { service: 'DynamoDB', item: 'Storage, GB', usd: 0.25, per: 1, free: 25 },
  recoveryGb: { service: 'DynamoDB', item: 'Point-in-time recovery, GB', usd: 0.2, per: 1, free: 0 },
  logGb: { service: 'CloudWatch logs', item: 'Logs ingested, GB', usd: 0.5, per: 1, free: 5 },
  logStorageGb: { service: 'CloudWatch logs', item: 'Logs kept, GB', usd: 0.03, per: 1, free: 0 },
  metrics: { service: 'CloudWatch metrics', item: 'Custom metrics', usd: 0.3, per: 1, free: 10 },
  alarms: { service: 'CloudWatch alarms', item: 'Alarms', usd: 0.1, per: 1, free: 10 },
  dashboards: { service: 'CloudWatch dashboard', item: 'Dashboards', usd: 3, per: 1, free: 3 },
  traces: { service: 'X-Ray', item: 'Traces', usd: 5, per: MILLION, free: 100_000 },
  decryptions: { service: 'KMS', item: 'Decryptions of the token', usd: 0.03, per: 10_000, free: 20_000 },
  outboundGb: { service: 'Data transfer', item: 'Requests to NocoDB, GB', usd: 0.09, per: 1, free: 100 },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceId = keyof typeof PRICES;

/** Units a month, by price. */
export type Usage = Readonly<Record<PriceId, number>>;

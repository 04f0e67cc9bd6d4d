/** What the stack tells its functions beside a tracker's settings. */
export const FUNCTION_VARIABLES = {
  /** Name of the payments table. */
  tableName: 'PAYMENT_TABLE_NAME',
  /** What the tracker is called in logs, metrics and events. */
  trackerName: 'TRACKER_NAME',
  /** ARN of the loop's state machine. */
  loopArn: 'LOOP_ARN',
  /** ARN of the event bus that is told of confirmed payments. */
  eventBusArn: 'EVENT_BUS_ARN',
  /** SSM parameter (SecureString) with the secret that the webhook has to bring. */
  webhookSecretParameter: 'NOCODB_WEBHOOK_SECRET_PARAMETER',
} as const;

/** DynamoDB's rule for table names. */
export const TABLE_NAME = {
  pattern: /^[A-Za-z0-9_.-]{3,255}$/,
  form: 'the name of a DynamoDB table',
} as const;

/** A tracker's name is shown and used as a metric dimension; CloudWatch takes ASCII only. */
export const TRACKER_NAME = {
  pattern: /^[\x21-\x7e]{1,128}$/,
  form: 'a name of 1 to 128 ASCII characters without spaces',
} as const;

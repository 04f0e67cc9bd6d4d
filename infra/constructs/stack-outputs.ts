/** The variable that names the CloudFormation stack, for `cdk deploy` and for the command line. */
export const STACK_NAME_VARIABLE = 'PAYMENT_TRACKER_STACK';

export const DEFAULT_STACK_NAME = 'PaymentTracker';

/** Outputs of the stack that the command line reads. A stack of one's own may have them too. */
export const STACK_OUTPUTS = {
  /** DynamoDB table that bots read. */
  tableName: 'TableName',
  /** Partitions of the table's index. Absent: 1. */
  shards: 'PendingShards',
  /** Lambda function of a tick. */
  tickFunctionName: 'TickFunctionName',
  /** URL that takes NocoDB's webhook. Absent: the webhook is not deployed. */
  webhookUrl: 'WebhookUrl',
  /** SSM parameter (SecureString) with the secret that the webhook has to bring. */
  webhookSecretParameter: 'WebhookSecretParameter',
} as const;

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

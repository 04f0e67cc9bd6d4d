/** Outputs of the stack that the command line reads. Add them to your own stack to use the command line with it. */
export const STACK_OUTPUTS = {
  /** DynamoDB table that bots read. */
  tableName: 'TableName',
  /** Partitions of the index of the table. @default 1 */
  shards: 'PendingShards',
  /** Lambda function that ticks. */
  tickFunctionName: 'TickFunctionName',
  /** Name of the tracker in its events. */
  trackerName: 'TrackerName',
  /** Event bus with the events of confirmed payments. */
  eventBusArn: 'EventBusArn',
  /** URL for NocoDB's webhook. Absent if the webhook is not deployed. */
  webhookUrl: 'WebhookUrl',
  /** SSM parameter (SecureString) with the secret of the webhook. */
  webhookSecretParameter: 'WebhookSecretParameter',
} as const;

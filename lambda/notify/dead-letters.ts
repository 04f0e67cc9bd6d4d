import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Port: the queue whose messages people read. */
export interface DeadLetters {
  /**
   * Keeps what can go no further, with the reason.
   *
   * @throws {Error} the AWS SDK's
   */
  put(what: Readonly<Record<string, unknown>>, reason: unknown): Promise<void>;
}

/** The queue gets everything: Lambda's own dead letters say only where in the stream it was, for a day. */
export function createDeadLetters(client: Pick<SQSClient, 'send'>, queueUrl: string): DeadLetters {
  return {
    async put(what, reason) {
      const error = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
      const message = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ error, ...what }) };
      await client.send(new SendMessageCommand(message));
    },
  };
}

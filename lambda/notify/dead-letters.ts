import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StreamRecord } from './stream-record.ts';

/** Port: the queue whose messages people read. */
export interface DeadLetters {
  /**
   * Keeps a record that cannot be read, with the reason.
   *
   * @throws {Error} the AWS SDK's
   */
  put(record: StreamRecord, reason: unknown): Promise<void>;
}

/** The queue gets the whole record: Lambda's own dead letters say only where in the stream it was, for a day. */
export function createDeadLetters(client: Pick<SQSClient, 'send'>, queueUrl: string): DeadLetters {
  return {
    async put(record, reason) {
      const error = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
      const message = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ error, record }) };
      await client.send(new SendMessageCommand(message));
    },
  };
}

import type { EventBridgeEvent, SQSRecord } from 'aws-lambda';
import type { TokenProvider } from '../nocodb/token.ts';
import type { DeadLetters } from '../notify/dead-letters.ts';
import type { PaymentConfirmed } from '../notify/payment-confirmed.ts';
import { type EventLogger, loggableError } from '../observability/log-observer.ts';
import type { Clock } from '../tracker/clock.ts';
import { TrackerError } from '../tracker/errors.ts';
import { type SignedRequest, signConfirmed } from './standard-webhook.ts';

/** Seconds before the first repetition. Each later one waits twice as long, up to an hour. */
const BACK_OFF_SECONDS = { first: 10, longest: 3600 } as const;

/** Attempts in a day. The queue then moves the message to the dead-letter queue. */
export const MAX_ATTEMPTS = 32;

/** Port: the queue that the messages come from. */
export interface PostQueue {
  /** Lets the message come again after that many seconds. @throws {Error} the AWS SDK's */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
}

export interface DeliverDependencies {
  readonly url: string;
  readonly secret: Pick<TokenProvider, 'get'>;
  readonly queue: PostQueue;
  readonly deadLetters: DeadLetters;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds that the server has to answer. @default 10 seconds */
  readonly timeout?: number;
  readonly logger: Pick<EventLogger, 'info' | 'warn' | 'error'>;
}

/** A message of the queue: an event of the bus. */
export type PostMessage = Pick<SQSRecord, 'body' | 'receiptHandle'> & {
  readonly attributes: Pick<SQSRecord['attributes'], 'ApproximateReceiveCount'>;
};

/** The server did not accept the event. */
export class PostFailedError extends TrackerError {
  readonly kind = 'PostFailed';
}

/**
 * Posts the event of a confirmed payment. A server that answers 410 does not want it at all: the event goes to the dead
 * letters. After every other failure, the message comes again.
 *
 * @returns whether the message is done with
 */
export async function deliver(message: PostMessage, dependencies: DeliverDependencies): Promise<boolean> {
  const { url, secret, queue, deadLetters, clock, logger, timeout = 10_000 } = dependencies;
  const attempt = Number(message.attributes.ApproximateReceiveCount);
  try {
    const { detail } = JSON.parse(message.body) as EventBridgeEvent<string, PaymentConfirmed>;
    const key = detail.idempotencyKey;
    const request = signConfirmed(detail, await secret.get(), clock.now());
    const { status, ok } = await post(url, request, timeout);
    if (status === 410) {
      const error = failure(url, `the server answered 410: it does not want event ${key}`);
      await deadLetters.put({ event: detail }, error);
      logger.error('📮 An event was refused; it is in the dead-letter queue', {
        error: loggableError(error),
      });
      return true;
    }
    if (!ok) throw failure(url, `the server answered ${status} to event ${key}`);
    logger.info('📮 Posted a confirmed payment', { key, attempt, status });
    return true;
  } catch (error) {
    const seconds = backOff(attempt);
    logger.warn(`📮 An event could not be posted; again in ${seconds} s`, {
      attempt,
      error: loggableError(error),
    });
    await queue.postpone(message.receiptHandle, seconds).catch((cause: unknown) => {
      logger.error('📮 The event comes again as the queue decides', { error: loggableError(cause) });
    });
    return false;
  }
}

/** Seconds from a failed attempt, counted from 1, to the next. */
export function backOff(attempt: number): number {
  return Math.min(BACK_OFF_SECONDS.first * 2 ** (attempt - 1), BACK_OFF_SECONDS.longest);
}

async function post(url: string, { headers, body }: SignedRequest, timeout: number): Promise<Response> {
  const signal = AbortSignal.timeout(timeout);
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  await response.body?.cancel();
  return response;
}

function failure(url: string, problem: string): PostFailedError {
  return new PostFailedError({
    operation: 'post event',
    // The path may contain a secret.
    target: `POST ${new URL(url).origin}`,
    problem,
    hint: 'See the log of that server. The status 2xx accepts an event, 410 refuses it for good.',
  });
}

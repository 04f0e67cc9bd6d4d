import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { type EventLogger, loggableError } from '../observability/log-observer.ts';
import type { PaymentItem } from '../table/layout.ts';
import { TrackerError } from '../tracker/errors.ts';
import { type EventBus, MAX_EVENTS_IN_CALL } from './event-bus.ts';
import { type ConfirmedPayment, type PaymentConfirmed, paymentConfirmed } from './payment-confirmed.ts';

export interface AnnounceOptions {
  readonly bus: EventBus;
  readonly trackerName: string;
  readonly logger: Pick<EventLogger, 'info' | 'error'>;
}

/** The part of a record of the table's stream that is used here. */
export type StreamRecord = Pick<DynamoDBRecord, 'dynamodb'>;

/** EventBridge accepted the call, but refused this event. */
export class EventRefusedError extends TrackerError {
  readonly kind = 'EventRefused';
}

/** A record of the table's stream is not a paid payment in the table's layout. */
export class UnreadableRecordError extends TrackerError {
  readonly kind = 'UnreadableRecord';
}

/**
 * Puts an event on the bus for every confirmed payment, in the order of the stream, and stops at the first that fails:
 * from there on, the stream delivers everything again.
 *
 * @param records each of them a payment that became paid
 * @returns the index of the first record that was not announced; `undefined` when all were
 * @throws {Error} when the first call of the bus failed: nothing was announced
 */
export async function announce(
  records: readonly StreamRecord[],
  options: AnnounceOptions,
): Promise<number | undefined> {
  const { logger } = options;
  for (let start = 0; start < records.length; start += MAX_EVENTS_IN_CALL) {
    const some = records.slice(start, start + MAX_EVENTS_IN_CALL);
    const { announced, error } = await announceSome(some, options).catch((cause: unknown) => {
      // A thrown error shows in the function's metrics; but what was announced before must not be announced again.
      if (start === 0) throw cause;
      return { announced: [], error: cause };
    });
    if (announced.length > 0) {
      const keys = announced.map(({ idempotencyKey }) => idempotencyKey);
      logger.info(`📣 Announced ${keys.length} confirmed ${keys.length === 1 ? 'payment' : 'payments'}`, {
        keys,
      });
    }
    if (error !== undefined) {
      logger.error('📣 A confirmed payment could not be announced', { error: loggableError(error) });
      return start + announced.length;
    }
  }
  return undefined;
}

/**
 * Reads the confirmed payment in a record of the table's stream. The stream contains the item after the change.
 *
 * @throws {UnreadableRecordError}
 */
export function readConfirmation({ dynamodb }: StreamRecord): ConfirmedPayment {
  const unreadable = (problem: string) =>
    new UnreadableRecordError({
      operation: 'read stream record',
      target: `record ${dynamodb?.SequenceNumber ?? 'without a number'} of the table's stream`,
      problem,
      hint: 'Only the tracker may make payments paid: find out what else writes to the table.',
    });
  const image = dynamodb?.NewImage;
  if (image === undefined) throw unreadable('it has no new image');
  const item = unmarshall(image as Record<string, AttributeValue>) as Partial<PaymentItem>;
  const { userId, recordId, status, paidAt, confirmedBy } = item;
  if (status !== 'paid' || typeof userId !== 'string' || typeof recordId !== 'string') {
    throw unreadable('it is not a paid payment');
  }
  if (typeof paidAt !== 'number' || Number.isNaN(new Date(paidAt).getTime())) {
    throw unreadable(`the payment of user ${userId} (record: ${recordId}) has no valid paidAt`);
  }
  const isKnown = confirmedBy === 'tick' || confirmedBy === 'webhook';
  return { userId, recordId, paidAt, ...(isKnown && { confirmedBy }) };
}

interface Announced {
  /** The events on the bus before the first error. */
  readonly announced: readonly PaymentConfirmed[];
  readonly error?: unknown;
}

async function announceSome(
  records: readonly StreamRecord[],
  { bus, trackerName }: AnnounceOptions,
): Promise<Announced> {
  const events: PaymentConfirmed[] = [];
  let error: unknown;
  for (const record of records) {
    try {
      events.push(paymentConfirmed(readConfirmation(record), trackerName));
    } catch (cause) {
      error = cause;
      break;
    }
  }
  const [refused] = events.length === 0 ? [] : await bus.put(events);
  if (refused === undefined) return { announced: events, error };
  const { idempotencyKey } = events[refused.index] as PaymentConfirmed;
  return {
    announced: events.slice(0, refused.index),
    error: new EventRefusedError({
      operation: 'put event on the bus',
      target: `event ${idempotencyKey}`,
      problem: refused.reason.replace(/\.$/, ''),
      hint: 'The stream delivers it again. If the error persists, check the event bus and its policy.',
    }),
  };
}

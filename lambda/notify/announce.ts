import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { type EventLogger, loggableError } from '../observability/log-observer.ts';
import type { PaymentItem } from '../table/layout.ts';
import { EVENTS_IN_CALL, type EventBus } from './event-bus.ts';
import { type ConfirmedPayment, type PaymentConfirmed, paymentConfirmed } from './payment-confirmed.ts';

/** What the announcement of confirmations needs. */
export interface AnnounceOptions {
  readonly bus: EventBus;
  readonly trackerName: string;
  readonly logger: Pick<EventLogger, 'info' | 'error'>;
}

/** A record of the table's stream, as far as it matters here. */
export type StreamRecord = Pick<DynamoDBRecord, 'dynamodb'>;

/** The bus took the call, but not this event. */
export class EventRefusedError extends Error {
  constructor({ idempotencyKey }: PaymentConfirmed, reason: string) {
    super(
      `put event ${idempotencyKey} on the bus: ${reason}. The stream delivers it again; if it persists, see the bus.`,
    );
    this.name = new.target.name;
  }
}

/**
 * Puts an event on the bus for every confirmation, in the order of the stream, and stops at the first that fails: the
 * stream delivers everything from there on again.
 *
 * @param records each of them a payment that has become paid
 * @returns the index of the first record that was not announced; `undefined` when all were
 * @throws {Error} when the very first call of the bus failed: nothing was announced
 */
export async function announce(
  records: readonly StreamRecord[],
  options: AnnounceOptions,
): Promise<number | undefined> {
  const { logger } = options;
  for (let start = 0; start < records.length; start += EVENTS_IN_CALL) {
    const some = records.slice(start, start + EVENTS_IN_CALL);
    const { announced, fault } = await announceSome(some, options).catch((error: unknown) => {
      // Thrown, it shows in the function's errors; but what was announced before must not be announced again.
      if (start === 0) throw error;
      return { announced: [], fault: error };
    });
    if (announced.length > 0) {
      const keys = announced.map(({ idempotencyKey }) => idempotencyKey);
      logger.info(`📣 Announced ${keys.length} confirmed ${keys.length === 1 ? 'payment' : 'payments'}`, {
        keys,
      });
    }
    if (fault !== undefined) {
      logger.error('📣 A confirmed payment could not be announced', { error: loggableError(fault) });
      return start + announced.length;
    }
  }
  return undefined;
}

interface Announced {
  /** The events on the bus before the first fault. */
  readonly announced: readonly PaymentConfirmed[];
  readonly fault?: unknown;
}

async function announceSome(
  records: readonly StreamRecord[],
  { bus, trackerName }: AnnounceOptions,
): Promise<Announced> {
  const events: PaymentConfirmed[] = [];
  let fault: unknown;
  for (const record of records) {
    try {
      events.push(paymentConfirmed(readConfirmation(record), trackerName));
    } catch (error) {
      fault = error;
      break;
    }
  }
  const [refused] = events.length === 0 ? [] : await bus.put(events);
  if (refused === undefined) return { announced: events, fault };
  const event = events[refused.index] as PaymentConfirmed;
  return { announced: events.slice(0, refused.index), fault: new EventRefusedError(event, refused.reason) };
}

/** A record of the stream that is not a paid payment in the table's layout. */
export class UnreadableRecordError extends Error {
  constructor(found: string, options?: ErrorOptions) {
    super(
      `read a record of the table's stream: ${found}. Only the tracker may make payments paid; see who else writes the table.`,
      options,
    );
    this.name = new.target.name;
  }
}

/**
 * The confirmed payment in a record of the table's stream. The stream carries the item after the change.
 *
 * @throws {UnreadableRecordError}
 */
export function readConfirmation({ dynamodb }: Pick<DynamoDBRecord, 'dynamodb'>): ConfirmedPayment {
  const image = dynamodb?.NewImage;
  if (image === undefined) throw new UnreadableRecordError('it has no new image');
  const item = unmarshall(image as Record<string, AttributeValue>) as Partial<PaymentItem>;
  const { userId, recordId, status, paidAt, confirmedBy } = item;
  if (status !== 'paid' || typeof userId !== 'string' || typeof recordId !== 'string') {
    throw new UnreadableRecordError('it is not a paid payment');
  }
  if (typeof paidAt !== 'number' || Number.isNaN(new Date(paidAt).getTime())) {
    throw new UnreadableRecordError(`the payment ${userId} ${recordId} does not say when it was paid`);
  }
  const isKnown = confirmedBy === 'tick' || confirmedBy === 'webhook';
  return { userId, recordId, paidAt, ...(isKnown && { confirmedBy }) };
}

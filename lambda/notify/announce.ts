import { type EventLogger, loggableError } from '../observability/log-observer.ts';
import { TrackerError } from '../tracker/errors.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type EventBus, MAX_EVENTS_IN_CALL } from './event-bus.ts';
import { type PaymentConfirmed, paymentConfirmed } from './payment-confirmed.ts';
import { readConfirmation, type StreamRecord } from './stream-record.ts';

export interface AnnounceOptions {
  readonly bus: EventBus;
  /** Gets the records that cannot be read. */
  readonly deadLetters: DeadLetters;
  readonly trackerName: string;
  readonly logger: Pick<EventLogger, 'info' | 'error'>;
}

/** EventBridge accepted the call, but refused this event. */
export class EventRefusedError extends TrackerError {
  readonly kind = 'EventRefused';
}

/**
 * Puts an event on the bus for every confirmed payment, in the order of the stream, and stops at the first that fails:
 * from there on, the stream delivers everything again. A record that cannot be read would fail for ever and hold up those
 * behind it, so it goes to the dead letters, whole.
 *
 * @param records each of them a payment that became paid
 * @returns the index of the first record that was neither announced nor given up; `undefined` when all were
 * @throws {Error} when the first call of the bus failed: nothing was announced
 */
export async function announce(
  records: readonly StreamRecord[],
  options: AnnounceOptions,
): Promise<number | undefined> {
  const { logger } = options;
  for (let start = 0; start < records.length; start += MAX_EVENTS_IN_CALL) {
    const some = records.slice(start, start + MAX_EVENTS_IN_CALL);
    const { announced, failed } = await announceSome(some, options).catch((error: unknown): Announced => {
      // A thrown error shows in the function's metrics; but what was announced before must not be announced again.
      if (start === 0) throw error;
      return { announced: [], failed: { index: 0, error } };
    });
    if (announced.length > 0) {
      const keys = announced.map(({ idempotencyKey }) => idempotencyKey);
      logger.info(`📣 Announced ${keys.length} confirmed ${keys.length === 1 ? 'payment' : 'payments'}`, {
        keys,
      });
    }
    if (failed !== undefined) {
      logger.error('📣 A confirmed payment could not be announced', { error: loggableError(failed.error) });
      return start + failed.index;
    }
  }
  return undefined;
}

interface Announced {
  /** The events on the bus before the first failure. */
  readonly announced: readonly PaymentConfirmed[];
  /** The first record that has to be delivered again. */
  readonly failed?: { readonly index: number; readonly error: unknown };
}

async function announceSome(
  records: readonly StreamRecord[],
  { bus, deadLetters, trackerName, logger }: AnnounceOptions,
): Promise<Announced> {
  const events: { readonly index: number; readonly event: PaymentConfirmed }[] = [];
  const unreadable: { readonly index: number; readonly record: StreamRecord; readonly error: unknown }[] = [];
  for (const [index, record] of records.entries()) {
    try {
      events.push({ index, event: paymentConfirmed(readConfirmation(record), trackerName) });
    } catch (error) {
      unreadable.push({ index, record, error });
    }
  }
  const [refused] = events.length === 0 ? [] : await bus.put(events.map(({ event }) => event));
  let failed: Announced['failed'] =
    refused && refusal(refused.reason, events[refused.index] as (typeof events)[number]);
  for (const { index, record, error } of unreadable) {
    if (failed !== undefined && failed.index < index) break;
    try {
      await deadLetters.put({ record }, error);
      logger.error('📣 A change of the table cannot be read; it is in the dead-letter queue', {
        error: loggableError(error),
      });
    } catch (cause) {
      failed = { index, error: cause };
    }
  }
  const end = failed?.index ?? records.length;
  const announced = events.filter(({ index }) => index < end).map(({ event }) => event);
  return { announced, ...(failed !== undefined && { failed }) };
}

function refusal(
  reason: string,
  { index, event }: { readonly index: number; readonly event: PaymentConfirmed },
): NonNullable<Announced['failed']> {
  const error = new EventRefusedError({
    operation: 'put event on the bus',
    target: `event ${event.idempotencyKey}`,
    problem: reason.replace(/\.$/, ''),
    hint: 'The stream delivers it again. If the error persists, check the event bus and its policy.',
  });
  return { index, error };
}

import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PAYMENT_CONFIRMED, type PaymentConfirmed } from './payment-confirmed.ts';

/**
 * Entries that one call of PutEvents accepts
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
 */
export const MAX_EVENTS_IN_CALL = 10;

/** An event that the bus refused. */
export interface RefusedEvent {
  /** Position of the event in the call, from 0. */
  readonly index: number;
  /** EventBridge's error code and message: `InternalFailure: …`. */
  readonly reason: string;
}

/** Port: the bus that bots subscribe to. */
export interface EventBus {
  /**
   * Puts events on the bus.
   *
   * @param events up to {@link MAX_EVENTS_IN_CALL}
   * @returns the refused events, in their order; the others are on the bus
   * @throws {Error} the AWS SDK's, when the whole call failed
   */
  put(events: readonly PaymentConfirmed[]): Promise<readonly RefusedEvent[]>;
}

/** @param busArn ARN of the bus, which may belong to another account */
export function createEventBus(client: Pick<EventBridgeClient, 'send'>, busArn: string): EventBus {
  return {
    async put(events) {
      const { Entries: results = [] } = await client.send(
        new PutEventsCommand({
          Entries: events.map((event) => ({
            EventBusName: busArn,
            Source: PAYMENT_CONFIRMED.source,
            DetailType: PAYMENT_CONFIRMED.detailType,
            Time: new Date(event.paidAt),
            Detail: JSON.stringify(event),
          })),
        }),
      );
      return results.flatMap(({ ErrorCode: code, ErrorMessage: message }, index) =>
        code === undefined ? [] : [{ index, reason: `${code}: ${message ?? 'no message'}` }],
      );
    },
  };
}

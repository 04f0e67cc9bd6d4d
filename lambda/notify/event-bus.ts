import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PAYMENT_CONFIRMED, type PaymentConfirmed } from './payment-confirmed.ts';

/** The most events in one call of PutEvents. */
export const EVENTS_IN_CALL = 10;

/** An event that the bus did not take. */
export interface RefusedEvent {
  /** Of the event in the call, from 0. */
  readonly index: number;
  /** EventBridge's code and message: `InternalFailure: …`. */
  readonly reason: string;
}

/** Port: the bus that bots subscribe to. */
export interface EventBus {
  /**
   * Puts events on the bus, {@link EVENTS_IN_CALL} at the most.
   *
   * @returns the events refused, in their order; the others are on the bus
   * @throws {Error} the AWS SDK's, when the call as a whole failed
   */
  put(events: readonly PaymentConfirmed[]): Promise<readonly RefusedEvent[]>;
}

/** @param busArn its ARN works for buses of other accounts, too */
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

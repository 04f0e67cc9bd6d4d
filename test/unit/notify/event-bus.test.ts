import type { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { createEventBus } from '../../../lambda/notify/event-bus.ts';
import { paymentConfirmed } from '../../../lambda/notify/payment-confirmed.ts';

const ARN = 'arn:aws:events:eu-central-1:123456789012:event-bus/Shop';
const EVENTS = ['1', '2', '3'].map((userId) =>
  paymentConfirmed({ userId, recordId: '17', paidAt: Date.UTC(2026, 0, 2) }, 'shop'),
);

/** A client that answers every command alike. */
function clientOf(answer: object) {
  const sent: PutEventsCommand[] = [];
  const send = async (command: PutEventsCommand) => {
    sent.push(command);
    return answer;
  };
  return { client: { send: send as never }, sent };
}

describe('the event bus', () => {
  it('gets the event with its source, type, time and detail', async () => {
    const { client, sent } = clientOf({ FailedEntryCount: 0, Entries: [{ EventId: 'a' }] });

    const refused = await createEventBus(client, ARN).put(EVENTS.slice(0, 1));

    expect(refused).toEqual([]);
    expect(sent[0]?.input).toEqual({
      Entries: [
        {
          EventBusName: ARN,
          Source: 'payment-tracker',
          DetailType: 'PaymentConfirmed',
          Time: new Date(Date.UTC(2026, 0, 2)),
          Detail: JSON.stringify(EVENTS[0]),
        },
      ],
    });
  });

  it('tells which events it did not take', async () => {
    const { client } = clientOf({
      FailedEntryCount: 2,
      Entries: [
        { EventId: 'a' },
        { ErrorCode: 'ThrottlingException', ErrorMessage: 'Slow down' },
        { ErrorCode: 'InternalFailure' },
      ],
    });

    const refused = await createEventBus(client, ARN).put(EVENTS);

    expect(refused).toEqual([
      { index: 1, reason: 'ThrottlingException: Slow down' },
      { index: 2, reason: 'InternalFailure: no message' },
    ]);
  });
});

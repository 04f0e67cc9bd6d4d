import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createEventBus, type EventBus } from '../../../lambda/notify/event-bus.ts';
import { PaidPayments } from '../../../lambda/notify/paid-payments.ts';
import { createDocumentClient } from '../../../lambda/table/document-client.ts';
import { STACK_OUTPUTS } from '../../constructs/stack-outputs.ts';
import type { StackOutputs } from './find-table.ts';

/** What the events of a stack's tracker are made from, and where they go. */
export interface Announcements {
  readonly trackerName: string;
  readonly payments: Pick<PaidPayments, 'find' | 'confirmedSince'>;
  readonly bus: EventBus;
}

/** @throws {CommandError} when the stack lacks an output */
export function openAnnouncements(outputs: StackOutputs): Announcements {
  const tableName = outputs.get(STACK_OUTPUTS.tableName);
  return {
    trackerName: outputs.get(STACK_OUTPUTS.trackerName),
    payments: new PaidPayments({ client: createDocumentClient(), tableName }),
    bus: createEventBus(new EventBridgeClient(), outputs.get(STACK_OUTPUTS.eventBusArn)),
  };
}

import type { TrackerEvent } from '../tracker/events.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import { describeRequest, describeResponse } from './describe-exchange.ts';
import { describeFailed, describeFinished, describeSkipped, describeStarted } from './describe-tick.ts';

/**
 * An event as a line for people; the JSON log has the same line as its `message`.
 *
 * @returns `undefined` for what is not worth a line: the start of a tick that has nothing to check
 */
export function describeEvent(event: TrackerEvent): string | undefined {
  switch (event.type) {
    case 'tracker.started':
      return `🚀 Payment tracker: started (interval: ${event.intervalSeconds}s)`;
    case 'payment.tracked':
      return `📍 Tracking payment for ${nameOf(event.payment)}`;
    case 'payment.untracked':
      return `🔕 Stopped tracking payment for ${nameOf(event.payment)}`;
    case 'payments.registered':
      return describeRegistered(event);
    case 'payment.confirmed':
      return `💰 Payment confirmed for ${nameOf(event.payment)}${event.by === 'webhook' ? ', by webhook' : ''}`;
    case 'payment.missing':
      return `👻 Payment missing for ${nameOf(event.payment)}: NocoDB has no such record; it is no longer asked for`;
    case 'payment.invalid':
      return `🧪 Payment invalid for ${nameOf(event.payment)}: NocoDB refuses the record id (${event.reason}); it is no longer asked for`;
    case 'payment.ownerMismatch':
      return `🚨 Payment not confirmed for ${nameOf(event.payment)}: the record is paid, but its owner is ${event.owner ?? 'empty'}`;
    case 'nocodb.request':
      return describeRequest(event);
    case 'nocodb.response':
      return describeResponse(event);
    case 'webhook.taken':
      return `🪝 Webhook: NocoDB reported ${count(event.records, 'paid record')}, ${count(event.confirmed, 'payment')} confirmed`;
    case 'webhook.refused':
      return `🚪 Webhook: a call was refused with ${event.status}: ${event.reason}`;
    case 'tick.started':
      return describeStarted(event);
    case 'tick.skipped':
      return describeSkipped(event);
    case 'tick.leaseLost':
      return `🐢 Payment tracker: a tick took longer than its lease (owner: ${event.owner}); its confirmations hold, its totals are not counted`;
    case 'tick.finished':
      return describeFinished(event);
    case 'tick.failed':
      return describeFailed(event);
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function nameOf({ userId, recordId }: PaymentKey): string {
  return `user ${userId} (record: ${recordId})`;
}

function describeRegistered({ payments, users }: { payments: number; users: number }): string {
  const more = payments === users ? '' : ` (${payments} payments)`;
  return `📍 Registered ${users} ${users === 1 ? 'user' : 'users'}${more} for payment tracking`;
}

import type { TickFailed, TickFinished, TickSkipped, TickSummary, TrackerEvent } from '../tracker/events.ts';

type TickStarted = Extract<TrackerEvent, { type: 'tick.started' }>;

export function describeStarted({ pending, audit }: TickStarted): string | undefined {
  if (pending === 0) return undefined;
  return `🔍 Payment tracker: Checking ${pending} payment records${audit ? ' (audit: do they still exist?)' : ''}...`;
}

export function describeSkipped({ reason, until }: TickSkipped): string {
  return reason === 'blocked'
    ? `🚫 Payment tracker: rate limited by NocoDB, nothing is asked before ${timeOf(until)}`
    : `⏭️ Payment tracker: this slot has its tick already, the next may begin at ${timeOf(until)}`;
}

export function describeFinished(event: TickFinished): string {
  if (event.resting) return '💤 Payment tracker: nothing pending, resting until a payment is tracked';
  const outcome = event.checked === 0 ? 'nothing pending' : outcomeOf(event);
  return `✅ Payment tracker: ${outcome}. Next update at ${timeOf(event.nextUpdateAt)}`;
}

export function describeFailed(event: TickFailed): string {
  const message = event.error instanceof Error ? event.error.message : String(event.error);
  const done = event.checked === 0 ? '' : ` (before that: ${outcomeOf(event)})`;
  if (event.blockedUntil !== undefined) {
    return `🚫 Payment tracker: rate limited by NocoDB until ${timeOf(event.blockedUntil)}: ${message}${done}`;
  }
  return `❌ Payment tracker: tick failed, ${event.kind}: ${message}${done}`;
}

function outcomeOf(summary: TickSummary): string {
  const { confirmed, checked, pending, missing, invalid, ownerMismatches, unanswered } = summary;
  const rare = [
    { count: missing, what: 'missing' },
    { count: invalid, what: 'invalid' },
    { count: ownerMismatches, what: 'paid by another owner' },
    { count: unanswered, what: 'not asked for yet' },
  ];
  const parts = rare.filter(({ count }) => count > 0).map(({ count, what }) => `, ${count} ${what}`);
  return `${confirmed}/${checked} paid, ${pending} pending${parts.join('')}`;
}

/** `12:00:40 UTC` */
function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}

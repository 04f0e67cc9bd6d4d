import type { TickSummary, TrackerEvent } from '../tracker/events.ts';
import type { PaymentKey } from '../tracker/payment.ts';

type EventOf<Type extends TrackerEvent['type']> = Extract<TrackerEvent, { type: Type }>;

/**
 * Describes an event in one line for people. The JSON log has the same line as its `message`.
 *
 * @returns `undefined` for an event that needs no line: the start of a tick that has nothing to check
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
      return `👻 Payment missing for ${nameOf(event.payment)}: NocoDB has no such record; the tracker asks for it once an hour`;
    case 'payment.invalid':
      return `🧪 Payment invalid for ${nameOf(event.payment)}: NocoDB refuses the record id (${event.reason}); the tracker asks for it once an hour`;
    case 'payment.revived':
      return `🌱 Payment pending again for ${nameOf(event.payment)}: its record exists`;
    case 'payment.ownerMismatch':
      return `🚨 Payment not confirmed for ${nameOf(event.payment)}: the record is paid, but its owner is ${event.owner ?? 'empty'}`;
    case 'nocodb.request':
      return describeRequest(event);
    case 'nocodb.response':
      return describeResponse(event);
    case 'nocodb.clockSkew':
      return describeClockSkew(event);
    case 'webhook.handled':
      return `🪝 Webhook: NocoDB reported ${count(event.records, 'paid record')}, ${count(event.confirmed, 'payment')} confirmed`;
    case 'webhook.refused':
      return `🚪 Webhook: refused a request with ${event.status}: ${event.reason}`;
    case 'tick.started':
      return describeStarted(event);
    case 'tick.skipped':
      return describeSkipped(event);
    case 'gate.passedOver':
      return describePassedOver(event);
    case 'tick.leaseLost':
      return `🐢 Payment tracker: a tick took longer than its lease (owner: ${event.owner}); its confirmations are kept, but its totals are not counted`;
    case 'tick.finished':
      return describeFinished(event);
    case 'tick.failed':
      return describeFailed(event);
  }
}

function describeRegistered({ payments, users }: EventOf<'payments.registered'>): string {
  const more = payments === users ? '' : ` (${payments} payments)`;
  return `📍 Registered ${count(users, 'user')}${more} for payment tracking`;
}

const OUTCOME_SIGNS = { ok: '📥', failed: '❌', rateLimited: '🚫' } as const;

function describeRequest({ method, endpoint, recordIds, params }: EventOf<'nocodb.request'>): string {
  const asked = params === '' ? '' : ` (${recordIds} record ids; ${params})`;
  return `📡 NocoDB request: ${method} ${endpoint}${asked}`;
}

function describeResponse(event: EventOf<'nocodb.response'>): string {
  const { outcome, status, milliseconds, bytes, records, totals } = event;
  const answer = status === 0 ? 'no answer' : `status ${status}`;
  const seconds = (milliseconds / 1000).toFixed(2);
  const sums = `✅ ${totals.requestsOk} ❌ ${totals.requestsFailed} 🚫 ${totals.requestsRateLimited}`;
  return `${OUTCOME_SIGNS[outcome]} NocoDB response: ${answer} in ${seconds}s, ${bytes} bytes, ${records} records (in total ${sums})`;
}

function describeClockSkew({ milliseconds }: EventOf<'nocodb.clockSkew'>): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  const direction = milliseconds > 0 ? 'ahead of' : 'behind';
  return `🕰️ NocoDB: its clock is ${seconds} s ${direction} the tracker's; the tracker asks for changes by NocoDB's clock`;
}

function describeStarted({ pending, audit }: EventOf<'tick.started'>): string | undefined {
  if (pending === 0) return undefined;
  return `🔍 Payment tracker: Checking ${pending} payment records${audit ? ' (audit: do they still exist?)' : ''}...`;
}

function describeSkipped({ reason, until }: EventOf<'tick.skipped'>): string {
  return reason === 'blocked'
    ? `🚫 Payment tracker: NocoDB refuses requests, none is sent before ${timeOf(until)}`
    : `⏭️ Payment tracker: this slot already has its tick, the next tick may start at ${timeOf(until)}`;
}

function describePassedOver({ nextAllowedAt, blockedUntil }: EventOf<'gate.passedOver'>): string {
  const values = [
    ...(nextAllowedAt === undefined ? [] : [`nextAllowedAt = ${nextAllowedAt}`]),
    ...(blockedUntil === undefined ? [] : [`blockedUntil = ${blockedUntil}`]),
  ];
  return `🧭 Payment tracker: the gate had a value that no tick writes (${values.join(', ')}), and was passed; a clock was wrong, or somebody wrote the control item`;
}

function describeFinished(event: EventOf<'tick.finished'>): string {
  if (event.resting) return '💤 Payment tracker: nothing pending, resting until a payment is tracked';
  const outcome = event.checked === 0 && event.held === 0 ? 'nothing pending' : describeOutcome(event);
  return `✅ Payment tracker: ${outcome}. Next update at ${timeOf(event.nextUpdateAt)}`;
}

function describeFailed(event: EventOf<'tick.failed'>): string {
  const message = event.error instanceof Error ? event.error.message : String(event.error);
  const done = event.checked === 0 && event.held === 0 ? '' : ` (before that: ${describeOutcome(event)})`;
  if (event.blockedUntil !== undefined) {
    const why =
      event.kind === 'QuotaUsedUp' ? 'quota of NocoDB used up, no requests' : 'rate limited by NocoDB';
    return `🚫 Payment tracker: ${why} until ${timeOf(event.blockedUntil)}: ${message}${done}`;
  }
  return `❌ Payment tracker: tick failed, ${event.kind}: ${message}${done}`;
}

function describeOutcome(summary: TickSummary): string {
  const { confirmed, checked, pending, missing, invalid, ownerMismatches, held, unanswered, unfinished } =
    summary;
  const rare = [
    { count: missing, what: 'missing' },
    { count: invalid, what: 'invalid' },
    { count: ownerMismatches, what: 'paid by another owner' },
    { count: held, what: 'held, because they were tracked for another table' },
    { count: unanswered, what: 'not asked for yet' },
    { count: unfinished, what: 'not written yet' },
  ];
  const parts = rare.filter(({ count }) => count > 0).map(({ count, what }) => `, ${count} ${what}`);
  return `${confirmed}/${checked} paid, ${pending} pending${parts.join('')}`;
}

function nameOf({ userId, recordId }: PaymentKey): string {
  return `user ${userId} (record: ${recordId})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `12:00:40 UTC` */
function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}

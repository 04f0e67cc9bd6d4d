import { dataAge, knownBulkList, RESTING_AFTER, sweepAge } from '../tracker/control-state.ts';
import { requestsInMonth } from '../tracker/month.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';
import { requestsPerMonth } from '../tracker/requests-needed.ts';
import { isWebhookSilent } from '../tracker/webhook-silence.ts';

/** What the tracker has done and its current state: plain data, ready for JSON. Times are ISO 8601 in UTC. */
export interface TrackerStats {
  /** Users with a pending payment, counted now. */
  readonly trackedUsers: number;
  /** Pending payments, counted now. */
  readonly pending: number;
  /** Pending payments that are not confirmed because they were tracked for another NocoDB table, as of the last sweep. */
  readonly held: number;
  /** Payments whose record NocoDB does not have, counted now. */
  readonly missing: number;
  /** Payments whose record id NocoDB refuses, counted now. */
  readonly invalid: number;
  /** Seconds between ticks; `null` before the first tick. */
  readonly updateIntervalSeconds: number | null;
  /** Ticks that succeeded since the table was created. */
  readonly totalUpdates: number;
  /** Ticks that failed since the table was created. */
  readonly failures: number;
  /** Every status is at least as fresh as this; `null` before the first successful tick. */
  readonly lastUpdate: PastMoment | null;
  /**
   * When the last complete sweep began: since then, every pending payment was asked for by its record id. `null` before
   * the first. It is older than `lastUpdate` only when a sweep takes several ticks.
   */
  readonly lastSweep: PastMoment | null;
  /** Users whose payments NocoDB answered for in the last tick. */
  readonly usersUpdated: number;
  /** Payments confirmed since the table was created, by ticks and by the webhook. */
  readonly paymentsConfirmed: number;
  /** HTTP requests to NocoDB since the table was created, including retries. */
  readonly requests: {
    readonly total: number;
    readonly ok: number;
    readonly failed: number;
    readonly rateLimited: number;
    /** In the current calendar month (UTC), by ticks. */
    readonly thisMonth: number;
    /**
     * What ticks at this interval need in a month of 30 days in which as many payments are always pending as now, but at
     * least one; `null` before the first tick.
     */
    readonly perMonth: number | null;
  };
  /** Whether NocoDB's webhook is silent: ticks confirmed several payments in a row that it should have reported. */
  readonly webhookSilent: boolean;
  /** The end of NocoDB's rate limit penalty; `null` when the tracker may send requests. */
  readonly blockedUntil: string | null;
  /** The error of the last tick; `null` when the last tick succeeded. */
  readonly lastError: { readonly kind: string; readonly message: string; readonly at: string } | null;
  /** Whether the tracker rests: nothing has been pending for a while, and it waits until a payment is tracked. */
  readonly resting: boolean;
}

/** A moment in the past. */
export interface PastMoment {
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** The age in its largest whole unit: `15s ago`. */
  readonly ago: string;
  /** The age in whole seconds. */
  readonly ageSeconds: number;
}

/** The payments that are not paid. */
export interface UnpaidPayments {
  readonly pending: readonly PaymentKey[];
  readonly missing: readonly PaymentKey[];
  readonly invalid: readonly PaymentKey[];
}

/**
 * Computes the stats from the items of the table.
 *
 * @param now epoch milliseconds
 */
export function toStats(
  control: Control,
  { pending, missing, invalid }: UnpaidPayments,
  now: number,
): TrackerStats {
  const { counters, lastSuccessAt, sweptAt, blockedUntil = 0, lastError, intervalSeconds } = control;
  const hasBulkLists = knownBulkList(control.bulkList, now) ?? true;
  return {
    trackedUsers: new Set(pending.map(({ userId }) => userId)).size,
    pending: pending.length,
    held: control.held ?? 0,
    missing: missing.length,
    invalid: invalid.length,
    updateIntervalSeconds: intervalSeconds ?? null,
    totalUpdates: counters.updates,
    failures: counters.failures,
    lastUpdate: toPastMoment(lastSuccessAt, dataAge(control, now).dataAgeSeconds),
    lastSweep: toPastMoment(sweptAt, sweepAge(control, now).sweepAgeSeconds),
    usersUpdated: control.usersUpdated ?? 0,
    paymentsConfirmed: counters.confirmed,
    requests: {
      total: counters.requests,
      ok: counters.requestsOk,
      failed: counters.requestsFailed,
      rateLimited: counters.requestsRateLimited,
      thisMonth: requestsInMonth(control.month, now),
      perMonth:
        intervalSeconds === undefined
          ? null
          : requestsPerMonth(Math.max(1, pending.length), intervalSeconds, hasBulkLists),
    },
    webhookSilent: isWebhookSilent(control),
    blockedUntil: blockedUntil > now ? toIso(blockedUntil) : null,
    lastError: lastError === undefined ? null : { ...lastError, at: toIso(lastError.at) },
    resting: control.emptyTicks >= RESTING_AFTER && pending.length === 0,
  };
}

const RULE = '='.repeat(60);

/** Formats the stats for people, as `printStats` prints them. */
export function formatStats(stats: TrackerStats): string {
  const { updateIntervalSeconds: interval } = stats;
  return [
    RULE,
    '📊 Global Payment Tracker Stats',
    RULE,
    `Tracked Users: ${stats.trackedUsers}`,
    `Update Interval: ${interval === null ? 'unknown before the first tick' : `${interval}s`}`,
    `Total Updates: ${stats.totalUpdates}`,
    `Last Update: ${stats.lastUpdate?.ago ?? 'never'}`,
    `Users Updated: ${stats.usersUpdated}`,
    `Payments Confirmed: ${stats.paymentsConfirmed}`,
    RULE,
  ].join('\n');
}

const UNITS = [
  { suffix: 'd', seconds: 86_400 },
  { suffix: 'h', seconds: 3600 },
  { suffix: 'm', seconds: 60 },
] as const;

/**
 * Formats an age in its largest whole unit.
 *
 * @example
 * formatAge(15) // '15s ago'
 * formatAge(150) // '2m ago'
 */
export function formatAge(seconds: number): string {
  const unit = UNITS.find((each) => seconds >= each.seconds) ?? { suffix: 's', seconds: 1 };
  return `${Math.floor(seconds / unit.seconds)}${unit.suffix} ago`;
}

/**
 * The age of the data as the client shows it.
 *
 * @param now epoch milliseconds
 * @returns whole seconds, or `null` before the first successful tick
 */
export function wholeDataAge(control: Pick<Control, 'lastSuccessAt'>, now: number): number | null {
  const { dataAgeSeconds } = dataAge(control, now);
  return dataAgeSeconds === undefined ? null : Math.floor(dataAgeSeconds);
}

function toPastMoment(at: number | undefined, age: number | undefined): PastMoment | null {
  if (at === undefined || age === undefined) return null;
  const ageSeconds = Math.floor(age);
  return { at: toIso(at), ago: formatAge(ageSeconds), ageSeconds };
}

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

import { dataAge, RESTING_AFTER } from '../tracker/control-state.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';

/** What the tracker has done and its current state: plain data, ready for JSON. Times are ISO 8601 in UTC. */
export interface TrackerStats {
  /** Users with a pending payment, counted now. */
  readonly trackedUsers: number;
  /** Pending payments, counted now. */
  readonly pending: number;
  /** Seconds between ticks; `null` before the first tick. */
  readonly updateIntervalSeconds: number | null;
  /** Ticks that succeeded since the table was created. */
  readonly totalUpdates: number;
  /** Ticks that failed since the table was created. */
  readonly failures: number;
  /** Every status is at least as fresh as this; `null` before the first successful tick. `ago` reads `15s ago`. */
  readonly lastUpdate: { readonly at: string; readonly ago: string; readonly ageSeconds: number } | null;
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
  };
  /** The end of NocoDB's rate limit penalty; `null` when the tracker may send requests. */
  readonly blockedUntil: string | null;
  /** The error of the last tick; `null` when the last tick succeeded. */
  readonly lastError: { readonly kind: string; readonly message: string; readonly at: string } | null;
  /** Whether the tracker rests: nothing has been pending for a while, and it waits until a payment is tracked. */
  readonly resting: boolean;
}

/**
 * Computes the stats from the items of the table.
 *
 * @param now epoch milliseconds
 */
export function toStats(control: Control, pending: readonly PaymentKey[], now: number): TrackerStats {
  const { counters, lastSuccessAt, blockedUntil = 0, lastError } = control;
  const age = wholeDataAge(control, now);
  return {
    trackedUsers: new Set(pending.map(({ userId }) => userId)).size,
    pending: pending.length,
    updateIntervalSeconds: control.intervalSeconds ?? null,
    totalUpdates: counters.updates,
    failures: counters.failures,
    lastUpdate:
      age === null || lastSuccessAt === undefined
        ? null
        : { at: toIso(lastSuccessAt), ago: formatAge(age), ageSeconds: age },
    usersUpdated: control.usersUpdated ?? 0,
    paymentsConfirmed: counters.confirmed,
    requests: {
      total: counters.requests,
      ok: counters.requestsOk,
      failed: counters.requestsFailed,
      rateLimited: counters.requestsRateLimited,
    },
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

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

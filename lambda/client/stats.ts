import { RESTING_AFTER } from '../tracker/control-state.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';

/** What the tracker has done and how it fares: plain data, ready for JSON. Moments are ISO 8601 in UTC. */
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
  /** Since when everything is known; `null` before the first successful tick. `ago` reads `15s ago`. */
  readonly lastUpdate: { readonly at: string; readonly ago: string; readonly ageSeconds: number } | null;
  /** Users that the last tick got an answer for. */
  readonly usersUpdated: number;
  /** Payments confirmed by ticks since the table was created. */
  readonly paymentsConfirmed: number;
  /** HTTP requests to NocoDB since the table was created, retries included. */
  readonly requests: {
    readonly total: number;
    readonly ok: number;
    readonly failed: number;
    readonly rateLimited: number;
  };
  /** Until when a rate limit keeps the tracker from asking; `null` when it may ask. */
  readonly blockedUntil: string | null;
  /** What the last tick failed with; `null` when it succeeded. */
  readonly lastError: { readonly kind: string; readonly message: string; readonly at: string } | null;
  /** Nothing has been pending for a while: the tracker rests until something is tracked. */
  readonly resting: boolean;
}

/**
 * The stats, from what the table holds.
 *
 * @param now epoch milliseconds
 */
export function toStats(control: Control, pending: readonly PaymentKey[], now: number): TrackerStats {
  const { counters, lastSuccessAt, blockedUntil = 0, lastError } = control;
  const age = dataAgeSeconds(control, now);
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

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const RULE = '='.repeat(60);

/** The stats for people, as `printStats` prints them. */
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
 * How long ago something was, in its largest whole unit.
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
 * How old the tracker's knowledge is: every status is at least as fresh as that.
 *
 * @param now epoch milliseconds
 * @returns whole seconds, or `null` before the first successful tick
 */
export function dataAgeSeconds(
  { lastSuccessAt }: Pick<Control, 'lastSuccessAt'>,
  now: number,
): number | null {
  if (lastSuccessAt === undefined) return null;
  // The tick's clock may be ahead of this one.
  return Math.max(0, Math.floor((now - lastSuccessAt) / 1000));
}

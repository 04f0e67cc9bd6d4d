import { RESTING_AFTER } from '../tracker/gate.ts';
import type { PaymentKey } from '../tracker/payment.ts';
import type { Control } from '../tracker/payment-store.ts';
import { dataAgeSeconds } from './data-age.ts';
import { formatAge } from './format-age.ts';

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

import type { Counters } from './control-state.ts';
import type { ErrorKind } from './errors.ts';
import type { ConfirmedBy, PaymentKey } from './payment.ts';
import type { ExchangeRequest, ExchangeResponse } from './record-source.ts';

/** Running totals of requests to NocoDB, including the current one. */
export type RequestTotals = Pick<Counters, 'requestsOk' | 'requestsFailed' | 'requestsRateLimited'>;

/** Everything that the tracker reports. Logs and metrics have no other source. */
export type TrackerEvent =
  /** A tick function's instance is ready. */
  | { readonly type: 'tracker.started'; readonly intervalSeconds: number }
  | { readonly type: 'payment.tracked'; readonly payment: PaymentKey }
  | { readonly type: 'payment.untracked'; readonly payment: PaymentKey }
  | { readonly type: 'payments.registered'; readonly payments: number; readonly users: number }
  | {
      readonly type: 'payment.confirmed';
      readonly payment: PaymentKey;
      readonly paidAt: number;
      readonly by: ConfirmedBy;
    }
  /** A payment that was given up is pending: its record exists again. */
  | { readonly type: 'payment.revived'; readonly payment: PaymentKey }
  | { readonly type: 'payment.missing'; readonly payment: PaymentKey }
  | { readonly type: 'payment.invalid'; readonly payment: PaymentKey; readonly reason: string }
  | { readonly type: 'payment.ownerMismatch'; readonly payment: PaymentKey; readonly owner: string | null }
  | WebhookHandled
  /** A request of the webhook was answered with a 4xx, and nothing was written. */
  | { readonly type: 'webhook.refused'; readonly status: number; readonly reason: string }
  | TickSkipped
  /** The gate had values that no tick writes, and was taken all the same. */
  | { readonly type: 'gate.passedOver'; readonly nextAllowedAt?: string; readonly blockedUntil?: string }
  | { readonly type: 'tick.leaseLost'; readonly owner: string }
  | {
      readonly type: 'tick.started';
      readonly pending: number;
      readonly users: number;
      readonly audit: boolean;
    }
  | ExchangeRequest
  | (ExchangeResponse & { readonly totals: RequestTotals })
  /** NocoDB's clock differs from the tracker's by more than the overlap of change queries; below 0: it is behind. */
  | { readonly type: 'nocodb.clockSkew'; readonly milliseconds: number }
  | TickFinished
  | TickFailed;

export interface TickSkipped {
  readonly type: 'tick.skipped';
  readonly reason: 'held' | 'blocked';
  /** Epoch milliseconds. */
  readonly until: number;
  /** Age of the data, seconds; absent before the first success. */
  readonly dataAgeSeconds?: number;
}

/** NocoDB reported records that became paid. */
export interface WebhookHandled {
  readonly type: 'webhook.handled';
  /** Number of reported records. */
  readonly records: number;
  /** Payments that it confirmed. A reported record may have no pending payment. */
  readonly confirmed: number;
  readonly ownerMismatches: number;
  readonly milliseconds: number;
}

/** What a tick did, whether it succeeded or failed. */
export interface TickSummary {
  /** Payments that it asked for by record id: all pending ones, if one tick can ask for all. */
  readonly checked: number;
  readonly confirmed: number;
  /** Payments still pending. */
  readonly pending: number;
  readonly missing: number;
  readonly invalid: number;
  readonly ownerMismatches: number;
  /** Pending payments that were tracked while the tracker watched another table. Nothing is decided about them. */
  readonly held: number;
  /** Distinct users whose payments have an answer. */
  readonly usersUpdated: number;
  /** Record ids for which there was no time. The next tick starts with them. */
  readonly unanswered: number;
  /** Payments whose result could not be written. The next tick repeats them. */
  readonly unfinished: number;
  readonly requests: number;
  /** Pages on which the server put fewer records than were asked for. */
  readonly cutPages: number;
  /** Duration of the tick, milliseconds. */
  readonly milliseconds: number;
  /** Age of the data when the tick began, seconds; absent before the first success. */
  readonly dataAgeSeconds?: number;
  /** Age of the last complete sweep when the tick began, seconds; absent before the first. */
  readonly sweepAgeSeconds?: number;
  /** Whether an audit is under way. */
  readonly audit: boolean;
}

export interface TickFinished extends TickSummary {
  readonly type: 'tick.finished';
  /** When the next slot is, epoch milliseconds. */
  readonly nextUpdateAt: number;
  /** Whether the loop rests now, because nothing has been pending for a while. */
  readonly resting: boolean;
}

export interface TickFailed extends TickSummary {
  readonly type: 'tick.failed';
  readonly kind: ErrorKind;
  readonly error: unknown;
  /** When a rate limit's penalty ends, epoch milliseconds. */
  readonly blockedUntil?: number;
}

/** Port: receives every event. Must not throw. */
export type Observer = (event: TrackerEvent) => void;

/** An observer that calls the given ones in their order. */
export function combineObservers(...observers: readonly Observer[]): Observer {
  return (event) => {
    for (const observe of observers) observe(event);
  };
}

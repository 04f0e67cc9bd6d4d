export type { PaymentConfirmed } from '../notify/payment-confirmed.ts';
export { consoleObserver } from '../observability/console-observer.ts';
export { InvalidSignatureError, type RequestHeaders, verifyConfirmed } from '../post/standard-webhook.ts';
export { LayoutTooNewError, TableUnavailableError } from '../table/errors.ts';
export { InvalidIdError } from '../tracker/errors.ts';
export type { Observer, TrackerEvent } from '../tracker/events.ts';
export { parseUserId } from '../tracker/payment.ts';
export type { TrackResult, UntrackResult } from '../tracker/payment-store.ts';
export {
  type FailedPayment,
  InvalidPaymentsError,
  type InvalidRow,
  type TrackedPayment,
  TrackManyError,
} from './errors.ts';
export type { StatusResult } from './payment-status.ts';
export type { PaymentTrackerOptions } from './payment-tracker.ts';
export { PaymentTracker } from './payment-tracker.ts';
export type { PastMoment, TrackerStats } from './stats.ts';
export { formatAge, formatStats } from './stats.ts';
export type { PaymentInput } from './track-many.ts';

import { MetricUnit } from '@aws-lambda-powertools/metrics';

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'PaymentTracker';

/** Dimension of all metrics: the tracker's name. Powertools' own dimension, which it adds in any case. */
export const TRACKER_DIMENSION = 'service';

/** Second dimension of {@link METRICS.ticksFailed}: one of `ERROR_KINDS`. */
export const ERROR_KIND_DIMENSION = 'ErrorKind';

/**
 * The metrics. A custom metric costs $0.30 a month, prorated by the hours in which it is published
 * (https://aws.amazon.com/cloudwatch/pricing, us-east-1), so
 * - while something is pending, four are published: TicksDone, DataAge, Pending and NocoDbLatency;
 * - the others are published only when they are not zero: a missing value means none;
 * - while the tracker rests, nothing is published.
 */
export const METRICS = {
  /** Ticks that succeeded. Sum. */
  ticksDone: { name: 'TicksDone', unit: MetricUnit.Count },
  /**
   * Ticks that a rate limit's penalty kept from asking. Sum. A tick whose slot has been served already is not counted:
   * that is by design, once a minute.
   */
  ticksSkipped: { name: 'TicksSkipped', unit: MetricUnit.Count },
  /** Ticks that failed. Sum; once for the tracker, and once more by error kind. */
  ticksFailed: { name: 'TicksFailed', unit: MetricUnit.Count },
  /**
   * Age of the data when a tick began while something was pending: about one interval when all is well. Ticks that
   * fail, or that a penalty keeps from asking, tell it too. Maximum.
   */
  dataAge: { name: 'DataAge', unit: MetricUnit.Seconds },
  /** Payments pending after a tick. Maximum. */
  pending: { name: 'Pending', unit: MetricUnit.Count },
  /** Payments confirmed, by ticks and by webhook. Sum. */
  confirmed: { name: 'Confirmed', unit: MetricUnit.Count },
  /** Payments given up because NocoDB has no such record (any more). Sum. */
  missing: { name: 'Missing', unit: MetricUnit.Count },
  /** Payments given up because NocoDB refuses their record id. Sum. */
  invalid: { name: 'Invalid', unit: MetricUnit.Count },
  /** Paid records whose owner is not the payment's user; counted on every tick that sees one. Maximum. */
  ownerMismatch: { name: 'OwnerMismatch', unit: MetricUnit.Count },
  /** Pages that the server cut shorter than they were asked for. Sum. */
  cutPages: { name: 'CutPages', unit: MetricUnit.Count },
  /** Payments there was no time to ask for. Maximum. */
  unanswered: { name: 'Unanswered', unit: MetricUnit.Count },
  /** Milliseconds that a request to NocoDB took. Average, percentiles; its SampleCount is the number of requests. */
  nocoDbLatency: { name: 'NocoDbLatency', unit: MetricUnit.Milliseconds },
  /** Requests that NocoDB refused with 429. Sum. */
  nocoDbRateLimited: { name: 'NocoDbRateLimited', unit: MetricUnit.Count },
  /** Requests that failed otherwise, those that a retry mended included. Sum. */
  nocoDbFailed: { name: 'NocoDbFailed', unit: MetricUnit.Count },
} as const;

export type Metric = (typeof METRICS)[keyof typeof METRICS];

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ACTION_NEEDED } from '../tracker/errors.ts';
import type { Observer, TickFailed, TickSummary } from '../tracker/events.ts';
import { sweepSeconds } from '../tracker/sweep-pace.ts';

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'PaymentTracker';

/** Dimension of all metrics: the tracker's name. Powertools always adds this dimension. */
export const TRACKER_DIMENSION = 'service';

/** Second dimension of {@link METRICS.ticksFailed}: an `ErrorKind`. */
export const ERROR_KIND_DIMENSION = 'ErrorKind';

/**
 * The metrics. A custom metric costs $0.30 a month, prorated by the hours in which it is published
 * (https://aws.amazon.com/cloudwatch/pricing, us-east-1). So these are published only when something is not as it should be:
 * a missing value means that it is. The log has a line for every tick, request and confirmed payment, and AWS publishes the
 * metrics of the loop, the functions and the table free of charge.
 */
export const METRICS = {
  /** A tick failed with an error that only a person can mend, see {@link ACTION_NEEDED}, or its penalty stopped one. Sum. */
  actionNeeded: { name: 'ActionNeeded', unit: MetricUnit.Count },
  /** Ticks that failed, by error kind. Sum. */
  ticksFailed: { name: 'TicksFailed', unit: MetricUnit.Count },
  /**
   * Age of the data at the start of a tick while something was pending, when it is more than 1.5 intervals; or the age of the
   * last complete sweep, when that is more than {@link slowSweepAge}. Ticks that fail or that a penalty stops publish it too,
   * and those that find the gate held although the data is older than two intervals. Maximum.
   */
  dataAge: { name: 'DataAge', unit: MetricUnit.Seconds },
  /** Payments that became missing (NocoDB has no such record) or invalid (it refuses the record id). Sum. */
  givenUp: { name: 'PaymentsGivenUp', unit: MetricUnit.Count },
  /** Paid records whose owner is not the payment's user; counted in every tick that sees one. Maximum. */
  ownerMismatch: { name: 'OwnerMismatch', unit: MetricUnit.Count },
  /** Pages with fewer records than requested, because the server cut them. Sum. */
  cutPages: { name: 'CutPages', unit: MetricUnit.Count },
  /** Record ids that the tick had no time to ask for. Maximum. */
  unanswered: { name: 'Unanswered', unit: MetricUnit.Count },
  /** Payments that the tick had no time to write, or that it could not write. Maximum. */
  unfinished: { name: 'Unfinished', unit: MetricUnit.Count },
  /** Requests that NocoDB refused with 429. Sum. */
  nocoDbRateLimited: { name: 'NocoDbRateLimited', unit: MetricUnit.Count },
  /** Requests that failed for another reason, including those whose retry succeeded. Sum. */
  nocoDbFailed: { name: 'NocoDbFailed', unit: MetricUnit.Count },
} as const;

export type Metric = (typeof METRICS)[keyof typeof METRICS];

/** Creates the Powertools metrics of a tracker. */
export function createMetrics(trackerName: string): Metrics {
  return new Metrics({ namespace: METRIC_NAMESPACE, serviceName: trackerName });
}

/**
 * The age from which the last complete sweep is too old: an hour, 200 intervals, or three times as long as a sweep takes,
 * whichever is longest. Just before a sweep ends, the one before it is twice as old.
 *
 * @param pending payments
 * @param intervalSeconds whole seconds, 5 to 3600
 * @returns seconds
 */
export function slowSweepAge(pending: number, intervalSeconds: number): number {
  return Math.max(3600, 200 * intervalSeconds, 3 * sweepSeconds(pending, intervalSeconds));
}

/**
 * Creates an observer that publishes metrics in CloudWatch's embedded format: a line of the log, without a request and
 * its latency. A tick publishes one line at its end, or none. {@link METRICS} describes which metrics are published when.
 *
 * @param metrics from {@link createMetrics}; the observer adds values to them and publishes them
 * @param intervalSeconds seconds between two ticks
 */
export function createMetricsObserver(metrics: Metrics, intervalSeconds: number): Observer {
  const add = ({ name, unit }: Metric, value: number) => value !== 0 && metrics.addMetric(name, unit, value);
  return (event) => {
    switch (event.type) {
      case 'nocodb.response':
        if (event.outcome === 'rateLimited') add(METRICS.nocoDbRateLimited, 1);
        if (event.outcome === 'failed') add(METRICS.nocoDbFailed, 1);
        return;
      case 'tick.skipped':
        // Once a minute, another tick has had the slot and has just updated the data.
        if (event.reason === 'held' && (event.dataAgeSeconds ?? 0) <= 2 * intervalSeconds) return;
        add(METRICS.dataAge, staleness(event, intervalSeconds));
        // A quota that is used up fails one tick an hour, and the alarm stays on meanwhile.
        if (event.cause !== undefined && ACTION_NEEDED.has(event.cause)) add(METRICS.actionNeeded, 1);
        break;
      case 'tick.finished':
        addSummary(event, add);
        // While nothing is pending, the age of the data does not matter.
        if (event.checked > 0 || event.pending > 0) add(METRICS.dataAge, staleness(event, intervalSeconds));
        break;
      case 'tick.failed':
        addSummary(event, add);
        add(METRICS.dataAge, staleness(event, intervalSeconds));
        if (ACTION_NEEDED.has(event.kind)) add(METRICS.actionNeeded, 1);
        publishFailureKind(metrics, event);
        break;
      default:
        return;
    }
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
}

function addSummary(summary: TickSummary, add: (metric: Metric, value: number) => void): void {
  add(METRICS.givenUp, summary.missing + summary.invalid);
  add(METRICS.ownerMismatch, summary.ownerMismatches);
  add(METRICS.cutPages, summary.cutPages);
  add(METRICS.unanswered, summary.unanswered);
  add(METRICS.unfinished, summary.unfinished);
}

/** The age that {@link METRICS.dataAge} publishes, seconds; 0 while the data is as fresh as it should be. */
function staleness(
  { dataAgeSeconds = 0, sweepAgeSeconds = 0, pending = 0 }: Partial<TickSummary>,
  intervalSeconds: number,
): number {
  if (sweepAgeSeconds >= slowSweepAge(pending, intervalSeconds)) return sweepAgeSeconds;
  return dataAgeSeconds >= 1.5 * intervalSeconds ? dataAgeSeconds : 0;
}

function publishFailureKind(metrics: Metrics, { kind }: TickFailed): void {
  const { name, unit } = METRICS.ticksFailed;
  metrics.singleMetric().addDimension(ERROR_KIND_DIMENSION, kind).addMetric(name, unit, 1);
}

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Observer, TickFailed, TickFinished, TickSummary } from '../tracker/events.ts';

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'PaymentTracker';

/** Dimension of all metrics: the tracker's name. Powertools always adds this dimension. */
export const TRACKER_DIMENSION = 'service';

/** Second dimension of {@link METRICS.ticksFailed}: an `ErrorKind`. */
export const ERROR_KIND_DIMENSION = 'ErrorKind';

/**
 * The metrics. A custom metric costs $0.30 a month, prorated by the hours in which it is published
 * (https://aws.amazon.com/cloudwatch/pricing, us-east-1), so
 * - while something is pending, four are published: TicksDone, DataAge, Pending and NocoDbLatency;
 * - while sweeps take several ticks, SweepAge is the fifth;
 * - the others are published only when they are not zero: a missing value means 0;
 * - while the tracker rests, nothing is published.
 */
export const METRICS = {
  /** Ticks that succeeded. Sum. */
  ticksDone: { name: 'TicksDone', unit: MetricUnit.Count },
  /**
   * Ticks that sent no request because of a rate limit's penalty. Sum. A tick whose slot already had a tick is not
   * counted: that happens once a minute, by design.
   */
  ticksSkipped: { name: 'TicksSkipped', unit: MetricUnit.Count },
  /** Ticks that failed. Sum; once for the tracker, and once more by error kind. */
  ticksFailed: { name: 'TicksFailed', unit: MetricUnit.Count },
  /**
   * Age of the data at the start of a tick while something was pending: about one interval in normal operation. Ticks
   * that fail or that a penalty stops publish it too, and those that find the gate held although the data is older than
   * two intervals. Maximum.
   */
  dataAge: { name: 'DataAge', unit: MetricUnit.Seconds },
  /** Payments pending after a tick. Maximum. */
  pending: { name: 'Pending', unit: MetricUnit.Count },
  /** Payments confirmed, by ticks and by webhook. Sum. */
  confirmed: { name: 'Confirmed', unit: MetricUnit.Count },
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
  /**
   * Age of the last complete sweep at the start of a tick. Published only when a sweep takes several ticks, so that the
   * sweep is older than the data by more than an interval. Maximum.
   */
  sweepAge: { name: 'SweepAge', unit: MetricUnit.Seconds },
  /** Milliseconds of a request to NocoDB. Average, percentiles; its SampleCount is the number of requests. */
  nocoDbLatency: { name: 'NocoDbLatency', unit: MetricUnit.Milliseconds },
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
 * Creates an observer that publishes metrics in CloudWatch's embedded format: a line of the log, without a request and
 * its latency. There is one line for each tick, at its end. {@link METRICS} describes which metrics are published when.
 *
 * @param metrics from {@link createMetrics}; the observer adds values to them and publishes them
 * @param intervalSeconds seconds between two ticks
 */
export function createMetricsObserver(metrics: Metrics, intervalSeconds: number): Observer {
  const add = ({ name, unit }: Metric, value: number) => metrics.addMetric(name, unit, value);
  const addUnlessZero = (metric: Metric, value: number) => value !== 0 && add(metric, value);
  return (event) => {
    switch (event.type) {
      case 'nocodb.response':
        add(METRICS.nocoDbLatency, event.milliseconds);
        if (event.outcome === 'rateLimited') add(METRICS.nocoDbRateLimited, 1);
        if (event.outcome === 'failed') add(METRICS.nocoDbFailed, 1);
        return;
      case 'payment.confirmed':
        // A tick's confirmations are in its summary; a webhook has no summary.
        if (event.by === 'tick') return;
        add(METRICS.confirmed, 1);
        break;
      case 'tick.skipped':
        if (event.reason === 'blocked') add(METRICS.ticksSkipped, 1);
        // Once a minute, another tick has had the slot and has just updated the data.
        else if ((event.dataAgeSeconds ?? 0) <= 2 * intervalSeconds) return;
        addUnlessZero(METRICS.dataAge, event.dataAgeSeconds ?? 0);
        break;
      case 'tick.finished':
        if (event.resting) return;
        add(METRICS.ticksDone, 1);
        addSummary(event, addUnlessZero);
        addUnlessZero(METRICS.sweepAge, ageOfLongSweep(event, intervalSeconds));
        // While nothing is pending, the age of the data does not matter.
        if (event.checked > 0) addUnlessZero(METRICS.dataAge, event.dataAgeSeconds ?? 0);
        add(METRICS.pending, event.pending);
        break;
      case 'tick.failed':
        add(METRICS.ticksFailed, 1);
        addSummary(event, addUnlessZero);
        addUnlessZero(METRICS.sweepAge, ageOfLongSweep(event, intervalSeconds));
        addUnlessZero(METRICS.dataAge, event.dataAgeSeconds ?? 0);
        if (event.checked > 0) add(METRICS.pending, event.pending);
        publishFailureKind(metrics, event);
        break;
      default:
        return;
    }
    metrics.publishStoredMetrics();
  };
}

function addSummary(
  summary: TickSummary & (TickFinished | TickFailed),
  addUnlessZero: (metric: Metric, value: number) => void,
): void {
  addUnlessZero(METRICS.confirmed, summary.confirmed);
  addUnlessZero(METRICS.givenUp, summary.missing + summary.invalid);
  addUnlessZero(METRICS.ownerMismatch, summary.ownerMismatches);
  addUnlessZero(METRICS.cutPages, summary.cutPages);
  addUnlessZero(METRICS.unanswered, summary.unanswered);
  addUnlessZero(METRICS.unfinished, summary.unfinished);
}

/** The age of the last complete sweep, seconds; 0 when the age of the data says the same. */
function ageOfLongSweep({ dataAgeSeconds, sweepAgeSeconds }: TickSummary, intervalSeconds: number): number {
  if (dataAgeSeconds === undefined || sweepAgeSeconds === undefined) return 0;
  return sweepAgeSeconds - dataAgeSeconds > intervalSeconds ? sweepAgeSeconds : 0;
}

function publishFailureKind(metrics: Metrics, { kind }: TickFailed): void {
  const { name, unit } = METRICS.ticksFailed;
  metrics.singleMetric().addDimension(ERROR_KIND_DIMENSION, kind).addMetric(name, unit, 1);
}

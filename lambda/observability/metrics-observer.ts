import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Observer, TickFailed, TickFinished, TickSummary } from '../tracker/events.ts';
import { ERROR_KIND_DIMENSION, METRIC_NAMESPACE, METRICS, type Metric } from './metric-names.ts';

/** The metrics of a tracker, as Powertools takes them. */
export function createMetrics(trackerName: string): Metrics {
  return new Metrics({ namespace: METRIC_NAMESPACE, serviceName: trackerName });
}

/**
 * Publishes metrics in CloudWatch's embedded format, by a line of the log: no request, no latency. One line a tick, at
 * its end; which metrics and when, `METRICS` tells.
 *
 * @param metrics as {@link createMetrics} makes them; the observer stores into them and publishes them
 */
export function createMetricsObserver(metrics: Metrics): Observer {
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
        // A tick's confirmations are in its summary; a webhook has none.
        if (event.by === 'tick') return;
        add(METRICS.confirmed, 1);
        break;
      case 'tick.skipped':
        if (event.reason === 'held') return;
        add(METRICS.ticksSkipped, 1);
        addUnlessZero(METRICS.dataAge, event.dataAgeSeconds ?? 0);
        break;
      case 'tick.finished':
        if (event.resting) return;
        add(METRICS.ticksDone, 1);
        addSummary(event, addUnlessZero);
        // Where nothing was pending, nobody's data was old.
        if (event.checked > 0) addUnlessZero(METRICS.dataAge, event.dataAgeSeconds ?? 0);
        add(METRICS.pending, event.pending);
        break;
      case 'tick.failed':
        add(METRICS.ticksFailed, 1);
        addSummary(event, addUnlessZero);
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
  addUnlessZero(METRICS.missing, summary.missing);
  addUnlessZero(METRICS.invalid, summary.invalid);
  addUnlessZero(METRICS.ownerMismatch, summary.ownerMismatches);
  addUnlessZero(METRICS.cutPages, summary.cutPages);
  addUnlessZero(METRICS.unanswered, summary.unanswered);
}

function publishFailureKind(metrics: Metrics, { kind }: TickFailed): void {
  const { name, unit } = METRICS.ticksFailed;
  metrics.singleMetric().addDimension(ERROR_KIND_DIMENSION, kind).addMetric(name, unit, 1);
}

import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Column,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  ERROR_KIND_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  TRACKER_DIMENSION,
  type Metric as TrackerMetric,
} from '../../lambda/observability/metrics.ts';
import { type MonitoredTracker, slowSweepAge, staleAge, tickPeriod, trackerMetric } from './alarm-rules.ts';

export interface TrackerDashboardProps {
  readonly tracker: MonitoredTracker;
  readonly alarms: readonly IAlarm[];
  /** Log group of the tick function. */
  readonly tickLogGroupName: string;
}

/** Width of the whole page, and of one of two widgets side by side, in units of CloudWatch's grid. */
const FULL = 24;
const HALF = 12;

/** One dashboard that shows, from top to bottom, whether the data is fresh, what happens, and what is wrong. */
export class TrackerDashboard extends Construct {
  readonly dashboard: Dashboard;
  readonly #tracker: MonitoredTracker;
  readonly #period: Duration;

  constructor(scope: Construct, id: string, { tracker, alarms, tickLogGroupName }: TrackerDashboardProps) {
    super(scope, id);
    this.#tracker = tracker;
    this.#period = tickPeriod(tracker.intervalSeconds);
    const { tickFunction, loop, table, deadLetterQueue } = tracker;
    const lambda = { period: this.#period };
    const sum = { statistic: Stats.SUM, period: this.#period };

    this.dashboard = new Dashboard(this, 'Dashboard', {
      // CloudWatch allows only these characters in the name.
      dashboardName: tracker.trackerName.replace(/[^A-Za-z0-9_-]/g, '-'),
      defaultInterval: Duration.hours(3),
    });
    this.dashboard.addWidgets(
      this.#freshness(),
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: HALF, height: 9 }),
    );
    this.dashboard.addWidgets(
      this.#graph('Ticks', [
        this.#sum(METRICS.ticksDone, 'done', Color.GREEN),
        this.#sum(METRICS.ticksFailed, 'failed', Color.RED),
        this.#sum(METRICS.ticksSkipped, 'skipped during a rate limit', Color.ORANGE),
      ]),
      this.#graph('Payments', [
        this.#maximum(METRICS.pending, 'pending'),
        this.#sum(METRICS.confirmed, 'confirmed', Color.GREEN),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Left to the next tick', [
        this.#maximum(METRICS.unanswered, 'record ids not asked for yet'),
        this.#maximum(METRICS.unfinished, 'payments not written yet', Color.ORANGE),
      ]),
      new GraphWidget({
        title: 'Age of the last complete sweep, seconds (none while one tick asks for everything)',
        left: [this.#maximum(METRICS.sweepAge, 'oldest')],
        leftYAxis: { min: 0 },
        leftAnnotations: [{ value: slowSweepAge(tracker.intervalSeconds), label: 'slow', color: Color.RED }],
        width: HALF,
        height: 5,
      }),
    );
    this.dashboard.addWidgets(
      this.#graph('NocoDB: milliseconds per request', [
        this.#metric(METRICS.nocoDbLatency, Stats.AVERAGE, 'average'),
        this.#metric(METRICS.nocoDbLatency, Stats.percentile(99), 'p99', Color.ORANGE),
      ]),
      this.#graph('NocoDB: requests', [
        this.#metric(METRICS.nocoDbLatency, Stats.SAMPLE_COUNT, 'all'),
        this.#sum(METRICS.nocoDbRateLimited, 'refused with 429', Color.ORANGE),
        this.#sum(METRICS.nocoDbFailed, 'failed', Color.RED),
        this.#sum(METRICS.cutPages, 'pages cut'),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Failed ticks by kind', [this.#failuresByKind()]),
      this.#graph('Payments that need attention', [
        this.#sum(METRICS.givenUp, 'became missing or invalid'),
        this.#maximum(METRICS.ownerMismatch, 'paid by another owner', Color.RED),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Loop', [
        loop.metricStarted({ ...sum, label: 'started' }),
        loop.metricFailed({ ...sum, label: 'failed', color: Color.RED }),
        loop.metricTimedOut({ ...sum, label: 'timed out', color: Color.ORANGE }),
      ]),
      this.#graph('Tick function', [
        tickFunction.metricDuration({ ...lambda, statistic: Stats.MAXIMUM, label: 'longest, ms' }),
        tickFunction.metricErrors({ ...sum, label: 'errors', color: Color.RED }),
        tickFunction.metricThrottles({ ...sum, label: 'throttled', color: Color.ORANGE }),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Table', [
        table.metricConsumedReadCapacityUnits({ ...sum, label: 'read units' }),
        table.metricConsumedWriteCapacityUnits({ ...sum, label: 'write units' }),
        this.#throttled('ReadThrottleEvents', 'reads throttled'),
        this.#throttled('WriteThrottleEvents', 'writes throttled'),
      ]),
      this.#graph('Dead letters', [
        deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          statistic: Stats.MAXIMUM,
          label: 'waiting',
        }),
      ]),
    );
    this.dashboard.addWidgets(
      new LogQueryWidget({
        title: 'Newest errors and warnings of the tick function',
        logGroupNames: [tickLogGroupName],
        view: LogQueryVisualizationType.TABLE,
        queryLines: [
          'fields @timestamp, level, message',
          'filter level in ["ERROR", "WARN"]',
          'sort @timestamp desc',
          'limit 20',
        ],
        width: FULL,
        height: 6,
      }),
    );
  }

  #freshness(): Column {
    const age = (label: string) => this.#maximum(METRICS.dataAge, label);
    const { intervalSeconds } = this.#tracker;
    return new Column(
      new SingleValueWidget({
        title: 'Now',
        metrics: [age('age of the data, s'), this.#maximum(METRICS.pending, 'pending')],
        width: HALF,
        height: 3,
      }),
      new GraphWidget({
        title: 'Age of the data when a tick starts, seconds (empty while nothing is pending)',
        left: [age('oldest')],
        leftYAxis: { min: 0 },
        leftAnnotations: [
          { value: intervalSeconds, label: 'one interval', color: Color.GREEN },
          { value: staleAge(intervalSeconds), label: 'stale', color: Color.RED },
        ],
        width: HALF,
        height: 6,
      }),
    );
  }

  #graph(title: string, left: IMetric[]): GraphWidget {
    return new GraphWidget({ title, left, leftYAxis: { min: 0 }, width: HALF, height: 5 });
  }

  #metric(metric: TrackerMetric, statistic: string, label: string, color?: string): Metric {
    return trackerMetric(this.#tracker, metric, {
      statistic,
      period: this.#period,
      label,
      ...(color !== undefined && { color }),
    });
  }

  #sum(metric: TrackerMetric, label: string, color?: string): Metric {
    return this.#metric(metric, Stats.SUM, label, color);
  }

  #maximum(metric: TrackerMetric, label: string, color?: string): Metric {
    return this.#metric(metric, Stats.MAXIMUM, label, color);
  }

  /** Uses a search, so that the graph has lines only for the kinds of errors that occurred. */
  #failuresByKind(): MathExpression {
    const schema = [METRIC_NAMESPACE, ERROR_KIND_DIMENSION, TRACKER_DIMENSION].join(',');
    const filter = `MetricName="${METRICS.ticksFailed.name}" ${TRACKER_DIMENSION}="${this.#tracker.trackerName}"`;
    return new MathExpression({
      expression: `SEARCH('{${schema}} ${filter}', 'Sum', ${this.#period.toSeconds()})`,
      label: '',
      period: this.#period,
    });
  }

  #throttled(metricName: string, label: string): Metric {
    return new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: this.#tracker.table.tableName },
      statistic: Stats.SUM,
      period: this.#period,
      label,
    });
  }
}

import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Color,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  type Metric,
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
import {
  type MonitoredTracker,
  THROTTLES,
  throttleMetric,
  tickPeriod,
  trackerMetric,
} from './alarm-rules.ts';

export interface TrackerDashboardProps {
  readonly tracker: MonitoredTracker;
  readonly alarms: readonly IAlarm[];
  /** Log group of the tick function. */
  readonly tickLogGroupName: string;
}

/** Width of the whole page, and of one of two widgets side by side, in units of CloudWatch's grid. */
const FULL = 24;
const HALF = 12;
const HEIGHT = 5;

/** One dashboard that shows, from top to bottom, whether the data is fresh, what happens, and what is wrong. */
export class TrackerDashboard extends Construct {
  readonly dashboard: Dashboard;
  readonly #tracker: MonitoredTracker;
  readonly #period: Duration;
  readonly #log: string;

  constructor(scope: Construct, id: string, { tracker, alarms, tickLogGroupName }: TrackerDashboardProps) {
    super(scope, id);
    this.#tracker = tracker;
    this.#period = tickPeriod(tracker.intervalSeconds);
    this.#log = tickLogGroupName;
    const { tickFunction, loop, table, deadLetterQueue } = tracker;
    const sum = { statistic: Stats.SUM, period: this.#period };

    this.dashboard = new Dashboard(this, 'Dashboard', {
      // CloudWatch allows only these characters in the name.
      dashboardName: tracker.trackerName.replace(/[^A-Za-z0-9_-]/g, '-'),
      defaultInterval: Duration.hours(3),
    });
    this.dashboard.addWidgets(
      this.#query('Age of the data and of the last complete sweep when a tick starts, seconds', [
        'filter pending > 0 or checked > 0',
        'stats max(dataAgeSeconds) as data, max(sweepAgeSeconds) as sweep by bin(1m)',
      ]),
      new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: HALF, height: HEIGHT }),
    );
    this.dashboard.addWidgets(
      this.#query('Payments', [
        'filter type in ["tick.finished", "tick.failed"]',
        'stats max(pending) as pending, sum(confirmed) as confirmed by bin(5m)',
      ]),
      this.#graph('Payments that need attention', [
        this.#sum(METRICS.givenUp, 'became missing or invalid'),
        this.#maximum(METRICS.ownerMismatch, 'paid by another owner', Color.RED),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Ticks', [
        tickFunction.metricInvocations({ ...sum, label: 'all', color: Color.GREEN }),
        tickFunction.metricErrors({ ...sum, label: 'failed', color: Color.RED }),
        tickFunction.metricThrottles({ ...sum, label: 'throttled', color: Color.ORANGE }),
      ]),
      this.#graph('Failed ticks by kind', [
        this.#failuresByKind(),
        this.#sum(METRICS.actionNeeded, 'a person is needed', Color.RED),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Longest tick, milliseconds', [
        tickFunction.metricDuration({ statistic: Stats.MAXIMUM, period: this.#period, label: 'longest' }),
      ]),
      this.#graph('Left to the next tick', [
        this.#maximum(METRICS.unanswered, 'record ids not asked for yet'),
        this.#maximum(METRICS.unfinished, 'payments not written yet', Color.ORANGE),
        this.#maximum(METRICS.dataAge, 'age of stale data, seconds', Color.RED),
      ]),
    );
    this.dashboard.addWidgets(
      this.#query('NocoDB: milliseconds per request', [
        'filter type = "nocodb.response"',
        'stats avg(milliseconds) as average, pct(milliseconds, 99) as p99 by bin(5m)',
      ]),
      this.#graph('NocoDB: refused and failed requests', [
        this.#sum(METRICS.nocoDbRateLimited, 'refused with 429', Color.ORANGE),
        this.#sum(METRICS.nocoDbFailed, 'failed', Color.RED),
        this.#sum(METRICS.cutPages, 'pages cut'),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Loop', [
        loop.metricStarted({ ...sum, label: 'started' }),
        loop.metricFailed({ ...sum, label: 'failed', color: Color.RED }),
        loop.metricTimedOut({ ...sum, label: 'timed out', color: Color.ORANGE }),
      ]),
      this.#graph('Dead letters', [
        deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          statistic: Stats.MAXIMUM,
          label: 'waiting',
        }),
      ]),
    );
    this.dashboard.addWidgets(
      this.#graph('Table: request units', [
        table.metricConsumedReadCapacityUnits({ ...sum, label: 'read' }),
        table.metricConsumedWriteCapacityUnits({ ...sum, label: 'write' }),
      ]),
      this.#graph(
        'Table and index: throttled',
        THROTTLES.map((throttle) => throttleMetric(table, throttle, { ...sum, label: throttle.alarm })),
      ),
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

  #graph(title: string, left: IMetric[]): GraphWidget {
    return new GraphWidget({ title, left, leftYAxis: { min: 0 }, width: HALF, height: HEIGHT });
  }

  /** A graph out of the log, whose lines cost less than metrics would. */
  #query(title: string, queryLines: string[]): LogQueryWidget {
    const view = LogQueryVisualizationType.LINE;
    return new LogQueryWidget({
      title,
      logGroupNames: [this.#log],
      view,
      queryLines,
      width: HALF,
      height: HEIGHT,
    });
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
}

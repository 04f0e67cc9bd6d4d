import { Duration } from 'aws-cdk-lib';
import {
  ComparisonOperator,
  Metric,
  type MetricProps,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import {
  METRIC_NAMESPACE,
  METRICS,
  TRACKER_DIMENSION,
  type Metric as TrackerMetric,
} from '../../lambda/observability/metrics.ts';
import { LAYOUT } from '../../lambda/table/layout.ts';
import type { AlarmId } from './alarm-runbook.ts';
import { START_EVERY_SECONDS } from './tick-loop-definition.ts';

/** A tracker with the resources whose metrics the alarms and the dashboard use. */
export interface MonitoredTracker {
  readonly trackerName: string;
  /** Whole seconds, 5 to 300. */
  readonly intervalSeconds: number;
  /** Whether the tracker compares the owners of records. */
  readonly comparesOwners: boolean;
  readonly tickFunction: IFunction;
  readonly loop: IStateMachine;
  readonly table: ITable;
  readonly deadLetterQueue: IQueue;
}

/** When an alarm goes off: when `periods` of the last `of` periods breach the threshold. */
export interface AlarmRule {
  readonly metric: Metric;
  readonly threshold: number;
  /** @default GREATER_THAN_OR_EQUAL_TO_THRESHOLD */
  readonly comparison?: ComparisonOperator;
  readonly periods: number;
  readonly of: number;
  /**
   * What a period without values means. Most metrics have values only when something happens, and the tracker publishes
   * none while it rests.
   *
   * @default NOT_BREACHING
   */
  readonly missing?: TreatMissingData;
}

/** A metric that the tracker publishes, as opposed to a metric of an AWS service. */
export function trackerMetric(
  { trackerName }: Pick<MonitoredTracker, 'trackerName'>,
  { name }: TrackerMetric,
  props: Pick<MetricProps, 'statistic' | 'period' | 'label' | 'color'>,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { [TRACKER_DIMENSION]: trackerName },
    ...props,
  });
}

/** The shortest period in whole minutes that has at least one tick. */
export function tickPeriod(intervalSeconds: number): Duration {
  return Duration.minutes(Math.ceil(intervalSeconds / 60));
}

/**
 * The age at which data is stale.
 *
 * The alarm DataStale goes off after 3 intervals, but at least 3 minutes, without fresh data. It needs two periods in a
 * row, so that the first tick after a rest, which sees old data, does not set it off. Therefore the threshold is lower
 * than the age at which the alarm goes off.
 *
 * @returns seconds
 */
export function staleAge(intervalSeconds: number): number {
  const alarmAfter = Math.max(3 * intervalSeconds, 180);
  const period = tickPeriod(intervalSeconds).toSeconds();
  return Math.max(1.5 * intervalSeconds, alarmAfter - 1.5 * period);
}

/** The rules of all alarms. Each rule uses one metric without metric math: it costs the least, and emulators support it. */
export function alarmRules(tracker: MonitoredTracker): Partial<Record<AlarmId, AlarmRule>> {
  const { intervalSeconds, loop, table, deadLetterQueue } = tracker;
  const perTick = tickPeriod(intervalSeconds);
  const minute = Duration.minutes(1);
  const quarter = Duration.minutes(15);
  const sum = (period: Duration) => ({ statistic: Stats.SUM, period });
  const maximum = (period: Duration) => ({ statistic: Stats.MAXIMUM, period });
  const repeatedly = { threshold: 1, periods: 3, of: 5 } as const;

  return {
    DataStale: {
      // Every tick that finds the data of pending payments stale publishes it, also one that fails. If no tick runs,
      // LoopStopped or LoopFails goes off.
      metric: trackerMetric(tracker, METRICS.dataAge, maximum(perTick)),
      threshold: staleAge(intervalSeconds),
      periods: 2,
      of: 2,
    },
    LoopStopped: {
      metric: loop.metricStarted(sum(Duration.seconds(START_EVERY_SECONDS))),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      // Step Functions publishes its metrics late at times.
      periods: 5,
      of: 5,
      // The loop starts every minute, even while it rests.
      missing: TreatMissingData.BREACHING,
    },
    // A tick that fails, that Lambda refuses or that cannot be called makes its execution fail.
    LoopFails: { metric: loop.metricFailed(sum(perTick)), ...repeatedly },
    ActionNeeded: {
      metric: trackerMetric(tracker, METRICS.actionNeeded, sum(perTick)),
      threshold: 1,
      periods: 1,
      // Audits begin every 10 minutes: what only an audit finds keeps the alarm on until an audit succeeds.
      of: Math.ceil(15 / perTick.toMinutes()),
    },
    RateLimited: {
      metric: trackerMetric(tracker, METRICS.nocoDbRateLimited, sum(quarter)),
      threshold: 3,
      periods: 1,
      of: 1,
    },
    PaymentsGivenUp: {
      metric: trackerMetric(tracker, METRICS.givenUp, sum(perTick)),
      threshold: 1,
      periods: 1,
      of: 1,
    },
    ...(tracker.comparesOwners && {
      OwnerMismatch: {
        metric: trackerMetric(tracker, METRICS.ownerMismatch, maximum(perTick)),
        threshold: 1,
        periods: 1,
        of: 1,
      },
    }),
    ...Object.fromEntries(
      THROTTLES.map((throttle) => [
        throttle.alarm,
        { metric: throttleMetric(table, throttle, sum(minute)), ...repeatedly },
      ]),
    ),
    DeadLetters: {
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(maximum(minute)),
      threshold: 1,
      periods: 1,
      of: 1,
      // A queue without activity stops publishing metrics after some hours, although it still has messages.
      missing: TreatMissingData.IGNORE,
    },
  };
}

/**
 * What DynamoDB throttles, by alarm. A metric with only the name of the table leaves out its index; `ThrottledRequests` counts
 * a write once, whether the table or the index throttles it. All writes except those of untrack are updates
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling-cloudwatch.html).
 */
export const THROTTLES = [
  { alarm: 'WritesThrottled', name: 'ThrottledRequests', dimensions: { Operation: 'UpdateItem' } },
  { alarm: 'ReadsThrottled', name: 'ReadThrottleEvents', dimensions: {} },
  {
    alarm: 'IndexReadsThrottled',
    name: 'ReadThrottleEvents',
    dimensions: { GlobalSecondaryIndexName: LAYOUT.index.name },
  },
] as const satisfies readonly {
  readonly alarm: AlarmId;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}[];

/** The number of throttled requests. */
export function throttleMetric(
  { tableName }: ITable,
  { name, dimensions }: (typeof THROTTLES)[number],
  props: Pick<MetricProps, 'statistic' | 'period' | 'label'>,
): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: name,
    dimensionsMap: { TableName: tableName, ...dimensions },
    ...props,
  });
}

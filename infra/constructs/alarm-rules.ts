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
  ERROR_KIND_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  TRACKER_DIMENSION,
  type Metric as TrackerMetric,
} from '../../lambda/observability/metrics.ts';
import type { ErrorKind } from '../../lambda/tracker/errors.ts';
import { timeLimits } from '../../lambda/tracker/interval.ts';
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
  props: Pick<MetricProps, 'statistic' | 'period' | 'label' | 'color'> & { readonly errorKind?: ErrorKind },
): Metric {
  const { errorKind, ...rest } = props;
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: {
      [TRACKER_DIMENSION]: trackerName,
      ...(errorKind !== undefined && { [ERROR_KIND_DIMENSION]: errorKind }),
    },
    ...rest,
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

/**
 * The age from which the last complete sweep is too old. A sweep of 1,000,000 payments in bulk lists of 20,000 takes 50
 * intervals, and just before it ends, the one before it is twice as old.
 *
 * @returns seconds
 */
export function slowSweepAge(intervalSeconds: number): number {
  return Math.max(3600, 200 * intervalSeconds);
}

/** The rules of all alarms. Each rule uses one metric without metric math: it costs the least, and emulators support it. */
export function alarmRules(tracker: MonitoredTracker): Partial<Record<AlarmId, AlarmRule>> {
  const { intervalSeconds, tickFunction, loop, table, deadLetterQueue } = tracker;
  const perTick = tickPeriod(intervalSeconds);
  const minute = Duration.minutes(1);
  const quarter = Duration.minutes(15);
  const sum = (period: Duration) => ({ statistic: Stats.SUM, period });
  const maximum = (period: Duration) => ({ statistic: Stats.MAXIMUM, period });
  const repeatedly = { threshold: 1, periods: 3, of: 5 } as const;

  return {
    DataStale: {
      // Every tick with pending payments publishes it, also one that fails. If no tick runs, LoopStopped or LoopFails
      // goes off.
      metric: trackerMetric(tracker, METRICS.dataAge, maximum(perTick)),
      threshold: staleAge(intervalSeconds),
      periods: 2,
      of: 2,
    },
    SweepSlow: {
      metric: trackerMetric(tracker, METRICS.sweepAge, maximum(perTick)),
      threshold: slowSweepAge(intervalSeconds),
      periods: 5,
      of: 5,
    },
    LoopStopped: {
      metric: loop.metricStarted(sum(Duration.seconds(START_EVERY_SECONDS))),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      periods: 3,
      of: 3,
      // The loop starts every minute, even while it rests.
      missing: TreatMissingData.BREACHING,
    },
    LoopFails: { metric: loop.metricFailed(sum(perTick)), ...repeatedly },
    TickErrors: { metric: tickFunction.metricErrors(sum(perTick)), ...repeatedly },
    TickThrottled: { metric: tickFunction.metricThrottles(sum(perTick)), ...repeatedly },
    TickSlow: {
      metric: tickFunction.metricDuration(maximum(perTick)),
      threshold: 0.8 * timeLimits(intervalSeconds).lambdaTimeoutSeconds * 1000,
      periods: 3,
      of: 5,
    },
    TokenRejected: {
      metric: trackerMetric(tracker, METRICS.ticksFailed, { ...sum(perTick), errorKind: 'TokenRejected' }),
      threshold: 1,
      periods: 1,
      of: 1,
    },
    SourceLooksWrong: {
      // Audits begin every 10 minutes: a period that holds one keeps the alarm on until an audit succeeds.
      metric: trackerMetric(tracker, METRICS.ticksFailed, { ...sum(quarter), errorKind: 'SourceLooksWrong' }),
      threshold: 1,
      periods: 1,
      of: 1,
    },
    RateLimited: {
      metric: trackerMetric(tracker, METRICS.nocoDbRateLimited, sum(quarter)),
      threshold: 3,
      periods: 1,
      of: 1,
    },
    PagesCut: {
      metric: trackerMetric(tracker, METRICS.cutPages, sum(quarter)),
      threshold: 1,
      periods: 2,
      of: 2,
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
    WritesThrottled: {
      // Counts a write once, whether the table or the index throttles it. All writes except those of untrack use this
      // operation.
      metric: dynamoMetric(table, 'ThrottledRequests', minute, { Operation: 'UpdateItem' }),
      ...repeatedly,
    },
    ReadsThrottled: { metric: dynamoMetric(table, 'ReadThrottleEvents', minute), ...repeatedly },
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

function dynamoMetric(
  { tableName }: ITable,
  metricName: string,
  period: Duration,
  dimensions: Readonly<Record<string, string>> = {},
): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: tableName, ...dimensions },
    statistic: Stats.SUM,
    period,
  });
}

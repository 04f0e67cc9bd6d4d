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

/** What the alarms and the dashboard watch. */
export interface Watched {
  readonly trackerName: string;
  /** Whole seconds, 5 to 300. */
  readonly intervalSeconds: number;
  /** Whether owners of records are compared. */
  readonly comparesOwners: boolean;
  readonly tickFunction: IFunction;
  readonly loop: IStateMachine;
  readonly table: ITable;
  readonly deadLetterQueue: IQueue;
}

/** When an alarm rings: `periods` of the last `of` periods are beyond the threshold. */
export interface AlarmRule {
  readonly metric: Metric;
  readonly threshold: number;
  /** @default GREATER_THAN_OR_EQUAL_TO_THRESHOLD */
  readonly comparison?: ComparisonOperator;
  readonly periods: number;
  readonly of: number;
  /**
   * What a period without a value means. Most metrics are published only when they are not zero, and none is published
   * while the tracker rests.
   *
   * @default NOT_BREACHING
   */
  readonly missing?: TreatMissingData;
}

/** A metric of the tracker itself. */
export function trackerMetric(
  { trackerName }: Pick<Watched, 'trackerName'>,
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

/** The shortest period in whole minutes that contains at least one tick. */
export function tickPeriod(intervalSeconds: number): Duration {
  return Duration.minutes(Math.ceil(intervalSeconds / 60));
}

/**
 * The age from which data counts as stale. The first tick after a rest publishes the age of the rest, so the alarm needs
 * two periods in a row. To go off after 3 intervals, or 3 minutes, its threshold is lower than that.
 *
 * @returns seconds
 */
export function staleAge(intervalSeconds: number): number {
  const ringsAfter = Math.max(3 * intervalSeconds, 180);
  const period = tickPeriod(intervalSeconds).toSeconds();
  return Math.max(1.5 * intervalSeconds, ringsAfter - 1.5 * period);
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

/** The rule of every alarm. Each watches one metric without metric math: the cheapest kind, which emulators support. */
export function alarmRules(watched: Watched): Partial<Record<AlarmId, AlarmRule>> {
  const { intervalSeconds, tickFunction, loop, table, deadLetterQueue } = watched;
  const perTick = tickPeriod(intervalSeconds);
  const minute = Duration.minutes(1);
  const quarter = Duration.minutes(15);
  const sum = (period: Duration) => ({ statistic: Stats.SUM, period });
  const maximum = (period: Duration) => ({ statistic: Stats.MAXIMUM, period });
  const timeAndAgain = { threshold: 1, periods: 3, of: 5 } as const;

  return {
    DataStale: {
      // Every tick that has something to check publishes it, whether the tick succeeds or fails. When no tick runs,
      // LoopStopped and LoopFails go off.
      metric: trackerMetric(watched, METRICS.dataAge, maximum(perTick)),
      threshold: staleAge(intervalSeconds),
      periods: 2,
      of: 2,
    },
    SweepSlow: {
      metric: trackerMetric(watched, METRICS.sweepAge, maximum(perTick)),
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
      // The loop starts every minute, even while the tracker rests.
      missing: TreatMissingData.BREACHING,
    },
    LoopFails: { metric: loop.metricFailed(sum(perTick)), ...timeAndAgain },
    TickErrors: { metric: tickFunction.metricErrors(sum(perTick)), ...timeAndAgain },
    TickThrottled: { metric: tickFunction.metricThrottles(sum(perTick)), ...timeAndAgain },
    TickSlow: {
      metric: tickFunction.metricDuration(maximum(perTick)),
      threshold: 0.8 * timeLimits(intervalSeconds).lambdaTimeoutSeconds * 1000,
      periods: 3,
      of: 5,
    },
    TokenRejected: {
      metric: trackerMetric(watched, METRICS.ticksFailed, { ...sum(perTick), errorKind: 'TokenRejected' }),
      threshold: 1,
      periods: 1,
      of: 1,
    },
    SourceLooksWrong: {
      // Audits begin every 10 minutes: a period that holds one keeps the alarm on until an audit succeeds.
      metric: trackerMetric(watched, METRICS.ticksFailed, { ...sum(quarter), errorKind: 'SourceLooksWrong' }),
      threshold: 1,
      periods: 1,
      of: 1,
    },
    RateLimited: {
      metric: trackerMetric(watched, METRICS.nocoDbRateLimited, sum(quarter)),
      threshold: 3,
      periods: 1,
      of: 1,
    },
    PagesCut: {
      metric: trackerMetric(watched, METRICS.cutPages, sum(quarter)),
      threshold: 1,
      periods: 2,
      of: 2,
    },
    ...(watched.comparesOwners && {
      OwnerMismatch: {
        metric: trackerMetric(watched, METRICS.ownerMismatch, maximum(perTick)),
        threshold: 1,
        periods: 1,
        of: 1,
      },
    }),
    WritesThrottled: {
      // Counts each write that the table or its index throttled once. Every write except that of untrack is UpdateItem.
      metric: dynamoMetric(table, 'ThrottledRequests', minute, { Operation: 'UpdateItem' }),
      ...timeAndAgain,
    },
    ReadsThrottled: { metric: dynamoMetric(table, 'ReadThrottleEvents', minute), ...timeAndAgain },
    DeadLetters: {
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(maximum(minute)),
      threshold: 1,
      periods: 1,
      of: 1,
      // After some hours without use, a queue publishes no metrics, although it still has its messages.
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

import type { Datapoint } from '../../support/embedded-metrics.ts';

/** An alarm of the template, with readable references. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: 'Sum' | 'Maximum';
  readonly Period: number;
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore';
  readonly AlarmActions: readonly unknown[];
}

/**
 * Whether an alarm is on at the end of a minute, by CloudWatch's rules for M out of N periods
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html). It does not wait for values
 * that arrive late, as CloudWatch does.
 *
 * @param now epoch milliseconds
 */
export function rings(alarm: AlarmProperties, datapoints: readonly Datapoint[], now: number): boolean {
  const period = alarm.Period * 1000;
  const end = Math.floor(now / period) * period;
  const own = datapoints.filter((point) => isOf(alarm, point));
  let breaching = 0;
  for (let index = 1; index <= alarm.EvaluationPeriods; index++) {
    const from = end - index * period;
    const values = own.filter(({ at }) => at >= from && at < from + period).map(({ value }) => value);
    if (isBreaching(alarm, values)) breaching += 1;
  }
  return breaching >= alarm.DatapointsToAlarm;
}

function isOf({ Namespace, MetricName, Dimensions }: AlarmProperties, point: Datapoint): boolean {
  if (point.namespace !== Namespace || point.name !== MetricName) return false;
  const same = Dimensions.every(({ Name, Value }) => point.dimensions[Name] === Value);
  return same && Dimensions.length === Object.keys(point.dimensions).length;
}

function isBreaching(alarm: AlarmProperties, values: readonly number[]): boolean {
  if (values.length === 0) return alarm.TreatMissingData === 'breaching';
  const value = alarm.Statistic === 'Sum' ? values.reduce((a, b) => a + b) : Math.max(...values);
  return alarm.ComparisonOperator === 'LessThanThreshold'
    ? value < alarm.Threshold
    : value >= alarm.Threshold;
}

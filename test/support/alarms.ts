import type { CloudFormationTemplate } from '../../infra/cost/deployment.ts';
import type { Datapoint } from './embedded-metrics.ts';
import { readable } from './readable.ts';

/** An alarm of a template, with readable references and CloudWatch's defaults filled in. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: 'Sum' | 'Maximum';
  /** Seconds, whole minutes. */
  readonly Period: number;
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold';
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore';
  readonly AlarmActions: readonly unknown[];
}

/** @param resources of a template */
export function alarmsOf(resources: CloudFormationTemplate['Resources']): AlarmProperties[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => {
      const properties = readable(Properties) as Omit<AlarmProperties, 'DatapointsToAlarm'>;
      return { DatapointsToAlarm: properties.EvaluationPeriods, ...properties };
    });
}

const MINUTE = 60_000;

/** Keeps the values of metrics by the minute, as CloudWatch does, and evaluates alarms. */
export class SimulatedCloudWatch {
  readonly #metrics = new Map<string, Map<number, { sum: number; maximum: number }>>();

  put({ namespace, name, dimensions, value, at }: Datapoint): void {
    const key = keyOf(namespace, name, dimensions);
    const minutes = this.#metrics.get(key) ?? new Map();
    const minute = Math.floor(at / MINUTE);
    const { sum, maximum } = minutes.get(minute) ?? { sum: 0, maximum: Number.NEGATIVE_INFINITY };
    minutes.set(minute, { sum: sum + value, maximum: Math.max(maximum, value) });
    this.#metrics.set(key, minutes);
  }

  /**
   * Whether an alarm is on at the end of a minute, by CloudWatch's rules for M out of N periods
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html). It does not wait for values
   * that arrive late, as CloudWatch does.
   *
   * @param now epoch milliseconds
   */
  isOn(alarm: AlarmProperties, now: number): boolean {
    const minutes = alarm.Period / 60;
    const end = Math.floor(now / MINUTE / minutes) * minutes;
    let breaching = 0;
    for (let period = 1; period <= alarm.EvaluationPeriods; period++) {
      if (isBreaching(alarm, this.#value(alarm, end - period * minutes, minutes))) breaching += 1;
    }
    return breaching >= alarm.DatapointsToAlarm;
  }

  #value({ Namespace, MetricName, Dimensions, Statistic }: AlarmProperties, from: number, minutes: number) {
    const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
    const own = this.#metrics.get(keyOf(Namespace, MetricName, dimensions));
    const values = Array.from({ length: minutes }, (_, index) => own?.get(from + index)).filter(
      (value) => value !== undefined,
    );
    if (values.length === 0) return undefined;
    return Statistic === 'Sum'
      ? values.reduce((total, { sum }) => total + sum, 0)
      : Math.max(...values.map(({ maximum }) => maximum));
  }
}

function isBreaching(alarm: AlarmProperties, value: number | undefined): boolean {
  if (value === undefined) return alarm.TreatMissingData === 'breaching';
  return alarm.ComparisonOperator === 'LessThanThreshold'
    ? value < alarm.Threshold
    : value >= alarm.Threshold;
}

function keyOf(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

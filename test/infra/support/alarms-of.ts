import type { Template } from 'aws-cdk-lib/assertions';
import type { AlarmProperties } from './alarm-evaluator.ts';
import { readable } from './statements.ts';

/** The alarms of a template, with CloudWatch's defaults filled in. */
export function alarmsOf(template: Template): AlarmProperties[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
    const properties = readable(Properties) as Omit<AlarmProperties, 'DatapointsToAlarm'>;
    return { DatapointsToAlarm: properties.EvaluationPeriods, ...properties };
  });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import type { NocoDbProps } from '../constructs/payment-tracker-props.ts';
import { PaymentTrackerStack } from '../constructs/payment-tracker-stack.ts';

/** The properties of a deployed stack that its bill depends on. */
export interface Deployment {
  readonly intervalSeconds: number;
  /** Memory of the tick function, GB. */
  readonly tickGb: number;
  /** Memory of each function that the table's stream calls, GB. */
  readonly streamGb: readonly number[];
  readonly alarms: number;
  readonly dashboards: number;
  readonly pointInTimeRecovery: boolean;
  /** Whether confirmations are put on a bus. */
  readonly eventBus: boolean;
  readonly traced: boolean;
}

/** A synthesized CloudFormation template. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<
    // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has over a thousand types of resources.
    Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, any>> }>
  >;
}

/**
 * Reads the properties that the bill depends on from the template of a stack with one tracker.
 *
 * @throws {TypeError} when there is not exactly one tracker, or its loop is no Express workflow: the bill would be wrong
 */
export function readDeployment({ Resources }: CloudFormationTemplate): Deployment {
  const propertiesOf = (type: string) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties = {} }) => Properties);
  const only = (type: string) => {
    const [first, ...others] = propertiesOf(type);
    if (first === undefined || others.length > 0) {
      throw new TypeError(
        `The bill is for one tracker, but the template has ${others.length + (first ? 1 : 0)} of ${type}`,
      );
    }
    return first;
  };
  const loop = only('AWS::StepFunctions::StateMachine');
  if (loop.StateMachineType !== 'EXPRESS') {
    throw new TypeError(`The bill is for an Express workflow, but the loop is ${loop.StateMachineType}`);
  }
  const rules = propertiesOf('AWS::Events::Rule').filter(({ ScheduleExpression }) => ScheduleExpression);
  if (rules.map(({ ScheduleExpression }) => ScheduleExpression).join() !== 'rate(1 minute)') {
    throw new TypeError('The bill is for a loop that one rule starts each minute');
  }
  const tick = propertiesOf('AWS::Lambda::Function').find(
    ({ Environment }) => Environment?.Variables?.[VARIABLES.intervalSeconds] !== undefined,
  );
  if (tick === undefined) throw new TypeError('The template has no tick function');
  const [replica] = only('AWS::DynamoDB::GlobalTable').Replicas;
  return {
    intervalSeconds: Number(tick.Environment.Variables[VARIABLES.intervalSeconds]),
    tickGb: tick.MemorySize / 1024,
    streamGb: propertiesOf('AWS::Lambda::EventSourceMapping').map(({ FunctionName }) => {
      const memory = Resources[FunctionName.Ref]?.Properties?.MemorySize;
      if (memory === undefined) throw new TypeError('A stream calls a function that is not in the template');
      return memory / 1024;
    }),
    alarms: propertiesOf('AWS::CloudWatch::Alarm').length,
    dashboards: propertiesOf('AWS::CloudWatch::Dashboard').length,
    pointInTimeRecovery: replica.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
    eventBus: propertiesOf('AWS::Events::EventBus').length > 0,
    traced: loop.TracingConfiguration?.Enabled === true,
  };
}

/**
 * The template of the stack that `cdk deploy` would deploy, for an interval. Its functions are not bundled: that takes
 * time and does not change the bill.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param nocodb props in addition to the address and the table
 * @throws {SettingsError} for another interval
 */
export function synthTemplate(
  intervalSeconds: number,
  nocodb: Partial<NocoDbProps> = {},
): CloudFormationTemplate {
  const outdir = mkdtempSync(join(tmpdir(), 'payment-tracker-cost-'));
  try {
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    const stack = new PaymentTrackerStack(app, 'PaymentTracker', {
      tracker: {
        nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23', ...nocodb },
        interval: Duration.seconds(intervalSeconds),
      },
    });
    return app.synth().getStackArtifact(stack.artifactId).template as CloudFormationTemplate;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

import { Aws, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { LoopInput } from '../../lambda/loop/loop-starter.ts';
import { CONTROL_PARTITION } from '../../lambda/table/layout.ts';
import { acknowledge } from './nag-acknowledgements.ts';
import { START_EVERY_SECONDS, tickLoopDefinition } from './tick-loop-definition.ts';

export interface TickLoopProps {
  readonly table: TableV2;
  readonly tickFunction: IFunction;
  /** Whole seconds, 5 to 300. */
  readonly intervalSeconds: number;
  /** Gets the starts that EventBridge could not deliver. */
  readonly deadLetterQueue: IQueue;
  /** Whether executions send traces to X-Ray. */
  readonly tracing: boolean;
}

/** Calls the tick function in every slot: a rule starts an Express workflow each minute. */
export class TickLoop extends Construct {
  readonly stateMachine: StateMachine;
  readonly rule: Rule;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TickLoopProps) {
    super(scope, id);
    const { table, tickFunction, intervalSeconds, deadLetterQueue, tracing } = props;
    const definition = tickLoopDefinition(intervalSeconds, {
      partition: Aws.PARTITION,
      tableName: table.tableName,
      tickFunctionArn: tickFunction.functionArn,
      tickFunctionName: tickFunction.functionName,
    });
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: vendedLogGroupName(this),
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role: this.#createRole(table, tickFunction),
      tracingEnabled: tracing,
      // Only failures. The log of the tick function has each tick.
      logs: { destination: this.logGroup, level: LogLevel.ERROR, includeExecutionData: false },
    });

    acknowledge(this.stateMachine, 'failuresAreLogged');

    const input: LoopInput = { startedBy: 'rule' };
    this.rule = new Rule(this, 'Rule', {
      description: 'Starts the loop that checks payments',
      schedule: Schedule.rate(Duration.seconds(START_EVERY_SECONDS)),
      targets: [
        new SfnStateMachine(this.stateMachine, {
          // LocalStack uses the id in the input as the name of the execution, and fails without it (localstack#11970).
          input: RuleTargetInput.fromObject({ ...input, id: EventField.eventId }),
          // A start later than the next one is useless. By default, EventBridge retries for 24 hours. A start that is
          // delivered twice does no harm: the gate refuses the second tick of a slot.
          maxEventAge: Duration.seconds(START_EVERY_SECONDS),
          retryAttempts: 2,
          deadLetterQueue,
        }),
      ],
    });
  }

  /** Allows calling the tick function and reading the control item. CDK adds the rights for logs and traces. */
  #createRole(table: TableV2, tickFunction: IFunction): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    acknowledge(role, 'tracing');
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [tickFunction.functionArn] }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CONTROL_PARTITION] } },
      }),
    );
    return role;
  }
}

/**
 * A name with the prefix that Step Functions recommends. CloudWatch Logs adds every other log group to the resource policy
 * of the account, and refuses the next one when that policy is full
 * (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
 */
function vendedLogGroupName(scope: Construct): string {
  const name = Names.uniqueResourceName(scope, {
    maxLength: 200,
    separator: '-',
    allowedSpecialCharacters: '-',
  });
  return `/aws/vendedlogs/states/${name}`;
}

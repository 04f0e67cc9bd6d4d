import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
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
  /** Takes the starts that EventBridge could not deliver. */
  readonly deadLetterQueue: IQueue;
}

/** Calls the tick function in every slot: a rule that starts an Express workflow each minute. */
export class TickLoop extends Construct {
  readonly stateMachine: StateMachine;
  readonly rule: Rule;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TickLoopProps) {
    super(scope, id);
    const { table, tickFunction, intervalSeconds, deadLetterQueue } = props;
    const definition = tickLoopDefinition(intervalSeconds, {
      partition: Aws.PARTITION,
      tableName: table.tableName,
      tickFunctionArn: tickFunction.functionArn,
      tickFunctionName: tickFunction.functionName,
    });
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role: this.createRole(table, tickFunction),
      tracingEnabled: true,
      // Failures only: what each tick did stands in the log of its function.
      logs: { destination: this.logGroup, level: LogLevel.ERROR, includeExecutionData: false },
    });

    acknowledge(this.stateMachine, 'failuresAreLogged');

    const input: LoopInput = { startedBy: 'rule' };
    this.rule = new Rule(this, 'Rule', {
      description: 'Starts the loop that checks payments',
      schedule: Schedule.rate(Duration.seconds(START_EVERY_SECONDS)),
      targets: [
        new SfnStateMachine(this.stateMachine, {
          // LocalStack names the execution after the input's id, and starts none without it (localstack#11970).
          input: RuleTargetInput.fromObject({ ...input, id: EventField.eventId }),
          // A start that comes late is of no use: the next one is under way. EventBridge would repeat it for 24 hours.
          maxEventAge: Duration.seconds(60),
          retryAttempts: 0,
          deadLetterQueue,
        }),
      ],
    });
  }

  /** May call the one function and read the control item; CDK adds what logging and tracing need. */
  private createRole(table: TableV2, tickFunction: IFunction): Role {
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

import validate from 'asl-validator';
import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { tickLoopDefinition } from '../../infra/constructs/tick-loop-definition.ts';
import { managedPoliciesOf, readable, statementsOf } from './support/statements.ts';
import { createStack, NOCODB, synthTracker } from './support/synth.ts';

const template = synthTracker();
const [stateMachine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
const properties = readable(stateMachine?.Properties) as Record<string, unknown>;

describe('the state machine', () => {
  it('is an Express workflow of the definition, with the names of this stack', () => {
    const names = {
      partition: '<AWS::Partition>',
      tableName: '<PaymentsTable>',
      tickFunctionArn: '<PaymentsTick.Arn>',
      tickFunctionName: '<PaymentsTick>',
    };

    expect(properties.StateMachineType).toBe('EXPRESS');
    expect(JSON.parse(properties.DefinitionString as string)).toEqual(tickLoopDefinition(20, names));
  });

  it('has a definition that Step Functions accepts, as it is rendered in the template', () => {
    const rendered = (properties.DefinitionString as string)
      .replaceAll('<AWS::Partition>', 'aws')
      .replaceAll('<PaymentsTick.Arn>', 'arn:aws:lambda:us-east-1:123456789012:function:tick');

    expect(validate(JSON.parse(rendered)).errorsText()).toBe('');
  });

  it('logs failures without data and keeps them for a month', () => {
    expect(properties.LoggingConfiguration).toEqual({
      Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: '<PaymentsLoopLog.Arn>' } }],
      IncludeExecutionData: false,
      Level: 'ERROR',
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('logs to a group of its own, in the folder that needs no entry in the resource policy of the account', () => {
    const names = (template: Template) =>
      Object.values(template.findResources('AWS::Logs::LogGroup'))
        .map(({ Properties }) => Properties.LogGroupName as string | undefined)
        .filter((name) => name !== undefined);
    const stack = createStack({ stackName: 'Shop-dev' });
    new PaymentTracker(stack, 'Payments', { nocodb: NOCODB });
    new PaymentTracker(stack, 'Others', { nocodb: NOCODB });

    expect(names(template)).toEqual([
      expect.stringMatching(/^\/aws\/vendedlogs\/states\/Shop-Payments-Loop-/),
    ]);
    expect(names(Template.fromStack(stack)).sort()).toEqual([
      expect.stringMatching(/^\/aws\/vendedlogs\/states\/Shop-dev-Others-Loop-/),
      expect.stringMatching(/^\/aws\/vendedlogs\/states\/Shop-dev-Payments-Loop-/),
    ]);
  });

  it('may call the tick function and read the control item; all else is for logs and traces', () => {
    const statements = statementsOf(template, 'PaymentsLoopRole');

    expect(managedPoliciesOf(template, 'PaymentsLoopRole')).toBeUndefined();
    expect(statements.filter(({ Resource }) => Resource !== '*')).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '<PaymentsTick.Arn>' },
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: '<PaymentsTable.Arn>',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['CONTROL'] } },
      },
    ]);
    const everywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(everywhere.filter((action) => !/^(logs|xray):/.test(action))).toEqual([]);
  });
});

describe('the rule', () => {
  it('starts the loop each minute and says so', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [
        Match.objectLike({
          InputTransformer: {
            InputPathsMap: { id: '$.id' },
            InputTemplate: '{"startedBy":"rule","id":<id>}',
          },
        }),
      ],
    });
  });

  it('starts it again within the minute if that fails, never later, and then keeps what could not be started', () => {
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));

    expect(readable(rule?.Properties.Targets)).toEqual([
      expect.objectContaining({
        Arn: '<PaymentsLoopStateMachine>',
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
        DeadLetterConfig: { Arn: '<PaymentsDeadLetters.Arn>' },
      }),
    ]);
  });

  it('has the same rate for every interval', () => {
    for (const seconds of [5, 300]) {
      synthTracker({ interval: Duration.seconds(seconds) }).hasResourceProperties('AWS::Events::Rule', {
        ScheduleExpression: 'rate(1 minute)',
      });
    }
  });

  it('may start the loop and nothing else', () => {
    expect(statementsOf(template, 'PaymentsLoopStateMachineEventsRole')).toEqual([
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: '<PaymentsLoopStateMachine>' },
    ]);
  });
});

describe('the dead-letter queue', () => {
  it('is encrypted, refuses plain HTTP, and keeps messages for two weeks', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: Duration.days(14).toSeconds(),
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });
});

import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { readable, statementsOf } from './support/statements.ts';
import { createApp, createStack, NOCODB } from './support/synth.ts';

function synthStack(demo: boolean): Template {
  return Template.fromStack(
    new PaymentTrackerStack(createApp(), 'Shop', { tracker: { nocodb: NOCODB }, demo }),
  );
}

describe('the stack', () => {
  it('tells what bots and operators need to know', () => {
    const outputs = synthStack(false).findOutputs('*');

    expect(valuesOf(outputs)).toMatchObject({
      TrackerName: 'Shop-Payments',
      TableName: '<PaymentsTable>',
      PendingShards: '1',
      LoopArn: '<PaymentsLoopStateMachine>',
      TickFunctionName: '<PaymentsTick>',
      WakeFunctionName: '<PaymentsWakeUpWake>',
      EventBusArn: '<PaymentsNotificationsBus.Arn>',
      AlarmTopicArn: '<PaymentsAlarmsTopic>',
    });
  });

  it('needs no account, no region and no lookup', () => {
    const app = createApp();
    new PaymentTrackerStack(app, 'Shop', { tracker: { nocodb: NOCODB } });

    const { stacks, manifest } = app.synth();
    expect(stacks[0]?.environment).toMatchObject({ account: 'unknown-account', region: 'unknown-region' });
    expect(manifest.missing).toBeUndefined();
  });

  it('keeps the table when it is deleted', () => {
    synthStack(false).hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Retain' });
  });
});

describe('the demo', () => {
  const template = synthStack(true);

  it('adds three bots and tells their names', () => {
    expect(valuesOf(template.findOutputs('*'))).toMatchObject({
      CreatePaymentFunctionName: '<BotsCreatePayment>',
      CheckPaymentFunctionName: '<BotsCheckPayment>',
      PaymentConfirmedFunctionName: '<BotsPaymentConfirmed>',
    });
  });

  it('leaves nothing behind when it is deleted', () => {
    for (const [id, { DeletionPolicy }] of Object.entries(template.toJSON().Resources as Resources)) {
      expect(DeletionPolicy ?? 'Delete', id).toBe('Delete');
    }
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      Properties: { Replicas: [{ DeletionProtectionEnabled: false }] },
    });
  });

  it('logs the ticks that the gate refuses, which other stacks do not', () => {
    const debugging = {
      LoggingConfig: Match.objectLike({ ApplicationLogLevel: 'DEBUG' }),
      Environment: { Variables: Match.objectLike({ POWERTOOLS_LOG_LEVEL: 'DEBUG' }) },
    };

    template.resourcePropertiesCountIs('AWS::Lambda::Function', debugging, 1);
    synthStack(false).resourcePropertiesCountIs('AWS::Lambda::Function', debugging, 0);
  });

  it('gives the token to the bot that uses NocoDB, and not to the one that only reads the table', () => {
    const mayReadToken = (role: string) =>
      statementsOf(template, role).some(({ Action }) => Action === 'ssm:GetParameter');

    expect(mayReadToken('BotsCreatePaymentRole')).toBe(true);
    expect(mayReadToken('BotsCheckPaymentRole')).toBe(false);
  });
});

describe('several trackers', () => {
  it('fit in one stack, each with a name and a table of its own', () => {
    const stack = createStack();
    const shop = new PaymentTracker(stack, 'Shop', { nocodb: NOCODB });
    const club = new PaymentTracker(stack, 'Club', { nocodb: NOCODB });

    const template = Template.fromStack(stack);
    expect([shop.trackerName, club.trackerName]).toEqual(['Shop-Shop', 'Shop-Club']);
    expect(
      statementsOf(template, 'ClubTickRole')
        .flatMap(({ Resource }) => Resource)
        .join(),
    ).not.toContain('Shop');
  });

  it('fit in one account: CloudFormation names every resource', () => {
    const NAMES =
      /^(TableName|FunctionName|StateMachineName|RoleName|QueueName|LogGroupName|PolicyName|Name|RuleName)$/;
    const FREE_TO_NAME =
      /(EventSourceMapping|EventInvokeConfig|Lambda::Permission|IAM::Policy|Events::EventBus)$/;
    const resources = Object.entries(synthStack(true).toJSON().Resources as Resources);

    const named = resources.flatMap(([id, { Type, Properties = {} }]) =>
      Object.keys(Properties)
        // Some properties only name the function that the resource belongs to. Names of inline policies are local to
        // their role. A bus must have a name; its name contains the name of the stack.
        .filter((key) => NAMES.test(key) && !FREE_TO_NAME.test(Type))
        .map((key) => `${id}.${key}`),
    );
    expect(named).toEqual([]);
  });

  it('are called after their stack and their place in it', () => {
    const app = createApp();
    const stack = new Stack(app, 'Whatever', { stackName: 'prod-shop' });

    const tracker = new PaymentTracker(new Construct(stack, 'My bots'), 'Payments', { nocodb: NOCODB });

    expect(tracker.trackerName).toBe('prod-shop-My-bots-Payments');
  });
});

type Resources = Record<
  string,
  { Type: string; DeletionPolicy?: string; Properties?: Record<string, unknown> }
>;

function valuesOf(outputs: ReturnType<Template['findOutputs']>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { Value }]) => [name, readable(Value)]));
}

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { managedPoliciesOf, readable, statementsOf, withoutHash } from './support/statements.ts';
import { createStack, NOCODB, synthTracker } from './support/synth.ts';

const createBot = (scope: Stack) =>
  new LambdaFunction(scope, 'Bot', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('export const handler = () => {}'),
  });

/** The only resource of a type whose logical id starts with `id`. */
function find(template: Template, type: string, id: string) {
  const found = Object.entries(template.findResources(type)).filter(([key]) => key.startsWith(id));
  expect(found.map(([key]) => key)).toHaveLength(1);
  return readable(found[0]?.[1]) as { Properties: Record<string, unknown> };
}

describe('notifications', () => {
  const template = synthTracker();

  it('follow the stream from its beginning for what has become paid, part what fails, and repeat it until it is too old', () => {
    const { Properties: mapping } = find(
      template,
      'AWS::Lambda::EventSourceMapping',
      'PaymentsNotificationsNotify',
    );

    const { Filters: filters } = mapping.FilterCriteria as { Filters: { Pattern: string }[] };
    expect(filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      {
        eventName: ['MODIFY'],
        dynamodb: {
          NewImage: { status: { S: ['paid'] } },
          OldImage: { status: { S: [{ 'anything-but': ['paid'] }] } },
        },
      },
    ]);
    expect(mapping).toMatchObject({
      EventSourceArn: '<PaymentsTable.StreamArn>',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: -1,
      // The stream deletes a record at 24 hours: before that, Lambda gives it up with a message.
      MaximumRecordAgeInSeconds: 23 * 3600,
      DestinationConfig: { OnFailure: { Destination: '<PaymentsDeadLetters.Arn>' } },
    });
  });

  it('may read the stream, put events on the one bus and give up to the queue, and nothing else', () => {
    expect(statementsOf(template, 'PaymentsNotificationsNotifyRole')).toEqual([
      expect.objectContaining({ Resource: '<PaymentsNotificationsNotifyLog.Arn>' }),
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: '<PaymentsNotificationsBus.Arn>' },
      {
        Effect: 'Allow',
        Action: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        Resource: '<PaymentsTable.StreamArn>',
      },
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
        Resource: '<PaymentsDeadLetters.Arn>',
      },
    ]);
    expect(managedPoliciesOf(template, 'PaymentsNotificationsNotifyRole')).toBeUndefined();
  });

  it('have a bus of their own, named after the stack', () => {
    const nameOf = (stackName: string) => {
      const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Same', { stackName });
      new PaymentTracker(stack, 'Payments', { nocodb: NOCODB });
      return find(Template.fromStack(stack), 'AWS::Events::EventBus', 'Payments').Properties.Name;
    };

    expect(nameOf('shop-test')).toMatch(/^shop-test-Payments-/);
    expect(nameOf('shop-prod')).not.toBe(nameOf('shop-test'));
  });

  it('use the bus they are given', () => {
    const stack = createStack();
    const bus = new EventBus(stack, 'Bus', { eventBusName: 'shop' }) as IEventBus;
    new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, eventBus: bus });

    const own = Template.fromStack(stack);
    own.resourceCountIs('AWS::Events::EventBus', 1);
    expect(statementsOf(own, 'PaymentsNotificationsNotifyRole')).toContainEqual({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: '<Bus.Arn>',
    });
  });
});

describe('onConfirmed', () => {
  it("calls the function with this tracker's events, and gives up to the queue", () => {
    const stack = createStack();
    const tracker = new PaymentTracker(stack, 'Payments', { nocodb: NOCODB });

    tracker.onConfirmed(createBot(stack));

    const template = Template.fromStack(stack);
    const { Properties: rule } = find(template, 'AWS::Events::Rule', 'Bot');
    expect(rule).toMatchObject({
      EventBusName: '<PaymentsNotificationsBus>',
      EventPattern: {
        source: ['payment-tracker'],
        'detail-type': ['PaymentConfirmed'],
        detail: { trackerName: ['Shop-Payments'] },
      },
      State: 'ENABLED',
      Targets: [
        {
          Arn: '<Bot.Arn>',
          DeadLetterConfig: { Arn: '<PaymentsDeadLetters.Arn>' },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ],
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    });
    // EventBridge is done when Lambda accepts the event. Lambda handles errors of the function.
    expect(find(template, 'AWS::Lambda::EventInvokeConfig', 'Bot').Properties).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: '<PaymentsDeadLetters.Arn>' } },
    });
    expect(statementsOf(template, 'BotServiceRole')).toEqual([
      expect.objectContaining({
        Action: expect.arrayContaining(['sqs:SendMessage']),
        Resource: '<PaymentsDeadLetters.Arn>',
      }),
    ]);
  });

  it('leaves the asynchronous configuration of a function as it is', () => {
    const stack = createStack();
    const tracker = new PaymentTracker(stack, 'Payments', { nocodb: NOCODB });
    const bot = createBot(stack);
    bot.configureAsyncInvoke({ retryAttempts: 0 });

    tracker.onConfirmed(bot);

    const { Properties: config } = find(Template.fromStack(stack), 'AWS::Lambda::EventInvokeConfig', 'Bot');
    expect(config).toMatchObject({ MaximumRetryAttempts: 0 });
    expect(config).not.toHaveProperty('DestinationConfig');
  });

  it("lets the account's rules, and nobody else's, use the queue", () => {
    const policy = find(synthTracker(), 'AWS::SQS::QueuePolicy', 'PaymentsDeadLettersPolicy').Properties;

    const { Statement: statements } = policy.PolicyDocument as { Statement: { Sid?: string }[] };
    expect(statements.find(({ Sid }) => Sid === 'AllowRulesOfSubscribers')).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Condition: {
        ArnLike: {
          'aws:SourceArn': 'arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/*',
        },
      },
    });
  });

  it('takes functions of other stacks, which depend on the tracker and not the other way round', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const shop = new Stack(app, 'Shop');
    const tracker = new PaymentTracker(shop, 'Payments', { nocodb: NOCODB });
    const bots = new Stack(app, 'Bots');
    const bot = createBot(bots);

    tracker.grantTrack(bot);
    tracker.onConfirmed(bot);
    app.synth();

    expect(bots.dependencies).toEqual([shop]);
    expect(shop.dependencies).toEqual([]);
  });

  it('takes the same function for several trackers', () => {
    const stack = createStack();
    const trackers = ['Shop', 'Club'].map((id) => new PaymentTracker(stack, id, { nocodb: NOCODB }));
    const bot = createBot(stack);

    for (const tracker of trackers) tracker.onConfirmed(bot);

    const rules = Object.entries(Template.fromStack(stack).findResources('AWS::Events::Rule'));
    const names = rules
      .filter(([id]) => withoutHash(id).startsWith('Bot'))
      .map(([, { Properties }]) => Properties.EventPattern.detail.trackerName[0]);
    expect(names.sort()).toEqual(['Shop-Club', 'Shop-Shop']);
  });
});

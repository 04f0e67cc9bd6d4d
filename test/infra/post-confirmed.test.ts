import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseAppSettings } from '../../infra/constructs/app-settings.ts';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import type { PostConfirmedProps } from '../../infra/constructs/post-confirmed.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { managedPoliciesOf, readable, statementsOf, withoutHash } from './support/statements.ts';
import { createStack, NOCODB } from './support/synth.ts';

const PROPS = { url: 'https://bot.example.com/confirmed', secretParameterName: '/shop/post-secret' } as const;

function synth(props: PostConfirmedProps = PROPS): Template {
  const stack = createStack();
  new PaymentTracker(stack, 'Payments', { nocodb: NOCODB }).postConfirmed(props);
  return Template.fromStack(stack);
}

describe('postConfirmed', () => {
  const template = synth();

  it("fills a queue with this tracker's events, and gives up to the dead-letter queue after a day", () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['payment-tracker'],
        'detail-type': ['PaymentConfirmed'],
        detail: { trackerName: ['Shop-Payments'] },
      },
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaymentsPostConfirmedQueue'), 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: Match.anyValue(),
        }),
      ],
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 180,
      SqsManagedSseEnabled: true,
      RedrivePolicy: {
        maxReceiveCount: 32,
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaymentsDeadLetters'), 'Arn'] },
      },
    });
  });

  it('posts a few events at the same time, and repeats only those that fail', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaymentsPostConfirmedQueue'), 'Arn'] },
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('may read its secret, use its queue and fill the dead-letter queue, and nothing else', () => {
    const role = 'PaymentsPostConfirmedFunctionRole';

    expect(statementsOf(template, role).slice(2)).toEqual([
      expect.objectContaining({
        Action: expect.arrayContaining(['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage']),
        Resource: '<PaymentsPostConfirmedQueue.Arn>',
      }),
      expect.objectContaining({
        Action: expect.arrayContaining(['sqs:SendMessage']),
        Resource: '<PaymentsDeadLetters.Arn>',
      }),
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/shop/post-secret',
      },
    ]);
    expect(managedPoliciesOf(template, role)).toBeUndefined();
  });

  it('tells the function where to post, and not the secret', () => {
    const [, post] = Object.entries(template.findResources('AWS::Lambda::Function')).find(
      ([id]) => withoutHash(id) === 'PaymentsPostConfirmedFunction',
    ) as [string, { Properties: { Environment: { Variables: object } } }];

    expect(readable(post.Properties.Environment.Variables)).toMatchObject({
      CONFIRMED_WEBHOOK_URL: PROPS.url,
      CONFIRMED_WEBHOOK_SECRET_PARAMETER: PROPS.secretParameterName,
      POST_QUEUE_URL: '<PaymentsPostConfirmedQueue>',
      DEAD_LETTER_QUEUE_URL: '<PaymentsDeadLetters>',
    });
  });

  it('refuses what cannot work, without showing what may be a secret', () => {
    const wrong = () =>
      synth({ url: 'http://bot.example.com/hunter2', secretParameterName: 'whsec_hunter2' });

    expect(wrong).toThrow(SettingsError);
    expect(wrong).toThrow(/postConfirmed\.url is not an address that begins with https/);
    expect(wrong).toThrow(/postConfirmed\.secretParameterName is not the name of an SSM parameter/);
    expect(wrong).not.toThrow(/hunter2/);
  });

  it('comes from variables, and nothing is posted without them', () => {
    const nocodb = { NOCODB_API_URL: NOCODB.apiUrl, NOCODB_TABLE_ID: NOCODB.tableId };

    expect(parseAppSettings(nocodb)).not.toHaveProperty('postConfirmed');
    expect(parseAppSettings({ ...nocodb, CONFIRMED_WEBHOOK_URL: PROPS.url }).postConfirmed).toEqual({
      url: PROPS.url,
      secretParameterName: '/payment-tracker/confirmed-webhook-secret',
    });
  });
});

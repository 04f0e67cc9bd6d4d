import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseAppSettings } from '../../infra/constructs/app-settings.ts';
import type { WebhookProps } from '../../infra/constructs/payment-tracker-props.ts';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { SettingsError } from '../../lambda/settings/settings-error.ts';
import { managedPoliciesOf, readable, statementsOf, withoutHash } from './support/statements.ts';
import { createApp, NOCODB, synthTracker } from './support/synth.ts';

const WEBHOOK = { secretParameterName: '/shop/webhook-secret' } as const;
const ROLE = 'PaymentsWebhookFunctionRole';

const synthWebhook = (webhook: WebhookProps = WEBHOOK) => synthTracker({ webhook });
const functionOf = (template: Template) =>
  Object.entries(template.findResources('AWS::Lambda::Function')).find(
    ([id]) => withoutHash(id) === 'PaymentsWebhookFunction',
  )?.[1].Properties;

describe('the webhook', () => {
  it('is not there unless it is asked for', () => {
    const template = synthTracker();

    expect(functionOf(template)).toBeUndefined();
    template.resourceCountIs('AWS::Lambda::Url', 0);
  });

  it('has a URL that everybody may call: the function asks for the secret itself', () => {
    const template = synthWebhook();

    template.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'NONE',
      TargetFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PaymentsWebhookFunction'), 'Arn'] },
      Cors: Match.absent(),
    });
    // Since October 2025, AWS requires both for a public URL. The second allows only calls through the URL.
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: '*',
      InvokedViaFunctionUrl: true,
    });
  });

  it('may read its secret, query one index and update one table, and nothing else', () => {
    const template = synthWebhook();

    expect(statementsOf(template, ROLE).slice(1)).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: 'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/shop/webhook-secret',
      },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: '<PaymentsTable.Arn>/index/pending' },
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
        Resource: '<PaymentsTable.Arn>',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*', 'CONTROL'] } },
      },
    ]);
    expect(managedPoliciesOf(template, ROLE)).toBeUndefined();
  });

  it("may read NocoDB's token only where the titles of fields have to be asked for", () => {
    const mayReadToken = (paidField: string) =>
      statementsOf(synthTracker({ webhook: WEBHOOK, nocodb: { ...NOCODB, paidField } }), ROLE).some(
        ({ Resource }) => String(Resource).includes(':parameter/payment-tracker/nocodb-api-token'),
      );

    expect(mayReadToken('Payment made')).toBe(false);
    expect(mayReadToken('cabcdefghijklmn')).toBe(true);
  });

  it('knows the name of the secret, and nobody the secret: CloudFormation never reads it', () => {
    const template = synthWebhook();

    expect(readable(functionOf(template)?.Environment.Variables)).toMatchObject({
      NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/webhook-secret',
      PAYMENT_TABLE_NAME: '<PaymentsTable>',
      NOCODB_TABLE_ID: NOCODB.tableId,
    });
    // Every occurrence is the plain name, not a reference that CloudFormation resolves to the value.
    const text = JSON.stringify(template.toJSON());
    expect(text.match(/[^"]*webhook-secret[^"]*/g)).toEqual([
      ':parameter/shop/webhook-secret',
      '/shop/webhook-secret',
    ]);
  });

  it('takes nothing from the concurrency of the account unless it is told to', () => {
    expect(functionOf(synthWebhook())).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(functionOf(synthWebhook({ ...WEBHOOK, maxConcurrency: 5 }))).toMatchObject({
      ReservedConcurrentExecutions: 5,
    });
  });

  it('tells the command line where it is', () => {
    const stack = new PaymentTrackerStack(createApp(), 'Shop', {
      tracker: { nocodb: NOCODB, webhook: WEBHOOK },
    });

    const outputs = Template.fromStack(stack).findOutputs('*');
    expect(readable(outputs.WebhookUrl?.Value)).toBe('<PaymentsWebhookFunctionFunctionUrl.FunctionUrl>');
    expect(outputs.WebhookSecretParameter?.Value).toBe('/shop/webhook-secret');
  });
});

describe('the settings of the webhook', () => {
  it('are refused when they cannot work, without showing what may be the secret', () => {
    const synth = () => synthWebhook({ secretParameterName: 'hunter2hunter2', maxConcurrency: 0 });

    expect(synth).toThrow(SettingsError);
    expect(synth).toThrow(
      /webhook\.secretParameterName is not the name of an SSM parameter that begins with \//,
    );
    expect(synth).toThrow(/webhook\.maxConcurrency "0" is not a whole number from 1/);
    expect(synth).not.toThrow(/hunter2/);
  });

  it('come from a variable, and there is no webhook without it', () => {
    const variables = { NOCODB_API_URL: NOCODB.apiUrl, NOCODB_TABLE_ID: NOCODB.tableId };
    const parse = (name: string) =>
      parseAppSettings({ ...variables, NOCODB_WEBHOOK_SECRET_PARAMETER: name }).tracker.webhook;

    expect(parse('/shop/webhook-secret')).toEqual({ secretParameterName: '/shop/webhook-secret' });
    const limit = { NOCODB_WEBHOOK_MAX_CONCURRENCY: '5' };
    expect(
      parseAppSettings({ ...variables, ...limit, NOCODB_WEBHOOK_SECRET_PARAMETER: '/shop/a' }).tracker
        .webhook,
    ).toEqual({ secretParameterName: '/shop/a', maxConcurrency: 5 });
    expect(parse(' ')).toBeUndefined();
    expect(() => parse('hunter2hunter2')).toThrow(/NOCODB_WEBHOOK_SECRET_PARAMETER is not the name/);
    expect(() => parse('hunter2hunter2')).not.toThrow(/hunter2/);
  });
});

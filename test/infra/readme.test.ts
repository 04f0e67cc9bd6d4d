import { CfnOutput } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { codeAfter } from '../support/docs.ts';
import { readable } from './support/statements.ts';
import { createStack, NOCODB } from './support/synth.ts';

test('the code of the README has a function called with confirmed payments', () => {
  const code = codeAfter('push-cdk', 'lambda/notify/README.md');
  const stack = createStack();
  const deliverFunction = new LambdaFunction(stack, 'Deliver', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('export const handler = () => {}'),
  });

  new Function('PaymentTracker', 'deliverFunction', code).call(stack, PaymentTracker, deliverFunction);

  const rules = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  expect(
    rules.flatMap(({ Properties }) => Properties.Targets.map((target: { Arn: unknown }) => target.Arn)),
  ).toContainEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Deliver/), 'Arn'] });
});

test('the code of the README creates a user who can track payments and nothing else, without a key in the template', () => {
  const code = codeAfter('access-key', 'lambda/bot/telegram/README.md');
  const stack = createStack();
  const payments = new PaymentTracker(stack, 'Payments', { nocodb: NOCODB });

  new Function('User', 'CfnOutput', 'payments', code).call(stack, User, CfnOutput, payments);

  const template = Template.fromStack(stack);
  const [, ...others] = Object.keys(template.findResources('AWS::IAM::User'));
  const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(
    ({ Properties }) => Properties.Users !== undefined,
  );
  const leadingKeys = (...keys: string[]) => ({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
  });
  expect(others).toEqual([]);
  expect(policies.flatMap(({ Properties }) => readable(Properties.PolicyDocument.Statement))).toEqual([
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:Query'],
      Resource: '<PaymentsTable.Arn>',
      Condition: leadingKeys('USER#*', 'CONTROL'),
    },
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: '<PaymentsTable.Arn>/index/pending' },
    {
      Effect: 'Allow',
      Action: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
      Resource: '<PaymentsTable.Arn>',
      Condition: leadingKeys('USER#*'),
    },
  ]);
  expect(template.findResources('AWS::IAM::AccessKey')).toEqual({});
  expect(template.toJSON().Outputs.TelegramBotUser.Value).toEqual({
    Ref: expect.stringMatching(/^TelegramBot/),
  });
});

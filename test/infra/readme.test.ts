import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { codeAfter } from '../support/docs.ts';
import { createStack } from './support/synth.ts';

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

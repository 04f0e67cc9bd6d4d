import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { readable, statementsOf } from './support/statements.ts';
import { createStack, NOCODB } from './support/synth.ts';

const READ = [
  {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:Query'],
    Resource: '<PaymentsTable.Arn>',
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*', 'CONTROL'] } },
  },
  { Effect: 'Allow', Action: 'dynamodb:Query', Resource: '<PaymentsTable.Arn>/index/pending' },
];
const TRACK = {
  Effect: 'Allow',
  Action: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
  Resource: '<PaymentsTable.Arn>',
  Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*'] } },
};

function prepare() {
  const stack = createStack();
  const tracker = new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, shards: 2 });
  const bot = new LambdaFunction(stack, 'Bot', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('export const handler = () => {}'),
  });
  return { stack, tracker, bot };
}

function variablesOfBot(stack: Stack) {
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
    Properties: { Code: { ZipFile: 'export const handler = () => {}' } },
  });
  return Object.values(functions).map(({ Properties }) => readable(Properties.Environment.Variables));
}

describe('grantRead', () => {
  it('lets a bot read payments and statistics, and change nothing', () => {
    const { stack, tracker, bot } = prepare();

    tracker.grantRead(bot);

    expect(statementsOf(Template.fromStack(stack), 'BotServiceRole')).toEqual(READ);
  });
});

describe('grantTrack', () => {
  it('adds tracking and untracking; a bot reads the layout in the control item, but never writes that item', () => {
    const { stack, tracker, bot } = prepare();

    tracker.grantTrack(bot);

    expect(statementsOf(Template.fromStack(stack), 'BotServiceRole')).toEqual([...READ, TRACK]);
  });

  it('tells a function where the payments are', () => {
    const { stack, tracker, bot } = prepare();

    tracker.grantTrack(bot);

    expect(variablesOfBot(stack)).toEqual([{ PAYMENT_TABLE_NAME: '<PaymentsTable>', PENDING_SHARDS: '2' }]);
  });

  it('refuses to overwrite the table of another tracker, and says how a function gets both', () => {
    const { stack, tracker, bot } = prepare();
    const other = new PaymentTracker(stack, 'Club', { nocodb: NOCODB });
    tracker.grantTrack(bot);
    tracker.grantRead(bot);

    expect(() => other.grantRead(bot)).toThrow(
      "Shop/Bot cannot get the table of Shop/Club in PAYMENT_TABLE_NAME: the variable has the table of Shop/Payments. Name another variable: grantTrack(fn, { tableVariable: 'OTHER_TABLE_NAME' }).",
    );

    other.grantTrack(bot, { tableVariable: 'CLUB_TABLE_NAME' });
    expect(variablesOfBot(stack)).toEqual([
      { PAYMENT_TABLE_NAME: '<PaymentsTable>', PENDING_SHARDS: '2', CLUB_TABLE_NAME: '<ClubTable>' },
    ]);
  });

  it('serves anybody who can have rights, not only functions', () => {
    const { stack, tracker } = prepare();

    const grant = tracker.grantTrack(new User(stack, 'Server'));

    expect(grant.success).toBe(true);
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => Properties.Users !== undefined,
    );
    expect(readable(policy?.Properties.PolicyDocument.Statement)).toEqual([...READ, TRACK]);
  });
});

describe('grantReadToken', () => {
  it('lets a bot read the one parameter', () => {
    const { stack, tracker, bot } = prepare();

    tracker.grantReadToken(bot);

    expect(statementsOf(Template.fromStack(stack), 'BotServiceRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource:
          'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/payment-tracker/nocodb-api-token',
      },
    ]);
  });
});

import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { timeLimits } from '../../lambda/tracker/interval.ts';
import { managedPoliciesOf, readable, statementsOf } from './support/statements.ts';
import { NOCODB, synthTracker } from './support/synth.ts';

const template = synthTracker();

/** The statements of every function: it can write its own log. */
function basics(log: string) {
  return [
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: `<${log}.Arn>` },
  ];
}

describe('every function', () => {
  it('runs on Node 24 on arm64 and logs JSON into a log group of its own', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
      TracingConfig: Match.absent(),
    });
  });

  it('has a role without managed policies', () => {
    expect(managedPoliciesOf(template, 'PaymentsTickRole')).toBeUndefined();
    expect(managedPoliciesOf(template, 'PaymentsWakeUpWakeRole')).toBeUndefined();
  });
});

describe('the tick function', () => {
  it('has the memory for 100,000 payments, and the others for little', () => {
    const sizes = Object.entries(template.findResources('AWS::Lambda::Function')).map(
      ([id, { Properties }]) => [id.includes('PaymentsTick'), Properties.MemorySize],
    );

    expect(sizes.filter(([isTick]) => isTick)).toEqual([[true, 512]]);
    expect(new Set(sizes.filter(([isTick]) => !isTick).map(([, size]) => size))).toEqual(new Set([256]));
  });

  it('may query one index, update one table and read one parameter', () => {
    expect(statementsOf(template, 'PaymentsTickRole')).toEqual([
      ...basics('PaymentsTickLog'),
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource:
          'arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/payment-tracker/nocodb-api-token',
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
        Resource: '<PaymentsTable.Arn>',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*', 'CONTROL'] } },
      },
      { Effect: 'Allow', Action: 'dynamodb:Query', Resource: '<PaymentsTable.Arn>/index/pending' },
    ]);
  });

  it.each([5, 20, 300])('ends within an interval of %i s', (seconds) => {
    const tracker = synthTracker({ interval: Duration.seconds(seconds) });

    tracker.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ INTERVAL_SECONDS: String(seconds) }) },
      Timeout: timeLimits(seconds).lambdaTimeoutSeconds,
    });
  });

  it('is told every setting', () => {
    const tracker = synthTracker({
      name: 'shop',
      nocodb: {
        apiUrl: 'https://nocodb.example.com/dashboard/',
        tableId: 'mq13l0ec25f9v23',
        baseId: 'pqot58neiu3o1xo',
        apiVersion: 'v3',
        tokenParameterName: '/shop/token',
        idField: 'No',
        paidField: 'Status',
        paidValues: ['Paid', 'Succeeded'],
        ownerField: 'TG ID',
      },
      shards: 4,
      retention: { pending: Duration.days(7), paid: Duration.days(400) },
    });
    const functions = Object.values(tracker.findResources('AWS::Lambda::Function'));
    const tick = functions.find(({ Properties }) => Properties.Environment.Variables.NOCODB_API_URL);

    expect(readable(tick?.Properties.Environment.Variables)).toEqual({
      PAYMENT_TABLE_NAME: '<PaymentsTable>',
      TRACKER_NAME: 'shop',
      NOCODB_API_URL: 'https://nocodb.example.com',
      NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
      NOCODB_BASE_ID: 'pqot58neiu3o1xo',
      NOCODB_API_VERSION: 'v3',
      NOCODB_TOKEN_PARAMETER: '/shop/token',
      NOCODB_ID_FIELD: 'No',
      NOCODB_PAID_FIELD: 'Status',
      NOCODB_PAID_VALUES: 'Paid,Succeeded',
      NOCODB_OWNER_FIELD: 'TG ID',
      INTERVAL_SECONDS: '20',
      PENDING_SHARDS: '4',
      PENDING_RETENTION_DAYS: '7',
      PAID_RETENTION_DAYS: '400',
    });
    expect(statementsOf(tracker, 'PaymentsTickRole')).toContainEqual(
      expect.objectContaining({
        Action: 'ssm:GetParameter',
        Resource: expect.stringMatching(/:parameter\/shop\/token$/),
      }),
    );
  });
});

describe('the token', () => {
  it('is in the template by the name of its parameter only, and CloudFormation never reads it', () => {
    const tokenParameterName = '/shop/secret-place';
    const tracker = synthTracker({ nocodb: { ...NOCODB, tokenParameterName } });

    const text = JSON.stringify(tracker.toJSON());
    expect(text.match(/[^"/:]*secret-place/g)).toEqual(['secret-place', 'secret-place']);
    expect(text).not.toContain('{{resolve:');
    tracker.resourceCountIs('AWS::SSM::Parameter', 0);
  });
});

describe('the wake-up function', () => {
  it('is called for payments that become pending, and for nothing else', () => {
    const [mapping] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    const filters = mapping?.Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      JSON.parse(Pattern),
    );

    expect(filters).toEqual([
      { eventName: ['INSERT'], dynamodb: { NewImage: { status: { S: ['pending'] } } } },
      {
        eventName: ['MODIFY'],
        dynamodb: {
          NewImage: { status: { S: ['pending'] } },
          OldImage: { status: { S: [{ 'anything-but': ['pending'] }] } },
        },
      },
    ]);
  });

  it('gets the stream from its beginning, is retried until it succeeds, and failures are kept', () => {
    const [mapping] = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));

    expect(readable(mapping?.Properties)).toMatchObject({
      EventSourceArn: '<PaymentsTable.StreamArn>',
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: 23 * 3600,
      DestinationConfig: { OnFailure: { Destination: '<PaymentsDeadLetters.Arn>' } },
    });
  });

  it('may read the stream, touch the control item, start the loop, and leave what failed', () => {
    expect(statementsOf(template, 'PaymentsWakeUpWakeRole')).toEqual([
      ...basics('PaymentsWakeUpWakeLog'),
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        Resource: '<PaymentsTable.Arn>',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['CONTROL'] } },
      },
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: '<PaymentsLoopStateMachine>' },
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
  });
});

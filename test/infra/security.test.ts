import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { readable, type Statement } from './support/statements.ts';
import { createApp, NOCODB, synthTracker } from './support/synth.ts';

type Resource = { readonly Type: string; readonly Properties?: Record<string, unknown> };

/** The stack with every optional part. */
const RESOURCES = Object.entries(
  readable(
    Template.fromStack(
      new PaymentTrackerStack(createApp(), 'Shop', {
        demo: true,
        tracker: {
          nocodb: NOCODB,
          alarmEmail: 'ops@example.com',
          webhook: { secretParameterName: '/shop/webhook-secret' },
        },
      }),
    ).toJSON().Resources,
  ) as Record<string, Resource>,
);

const ofType = (type: string) => RESOURCES.filter(([, { Type }]) => Type === type);

/** Every policy statement of a role of the stack. */
const STATEMENTS: readonly Statement[] = ofType('AWS::IAM::Policy').flatMap(
  ([, { Properties }]) =>
    (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
);

describe('rights', () => {
  it('name their actions one by one', () => {
    const actions = STATEMENTS.flatMap(({ Action }) => Action);

    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('name their resources one by one, except to trace and to deliver logs, where IAM knows none', () => {
    const everywhere = STATEMENTS.filter(({ Resource }) => [Resource].flat().includes('*'));

    const actions = new Set(everywhere.flatMap(({ Action }) => Action));
    expect([...actions].sort().filter((action) => !/^xray:(Put|GetSampling)/.test(action))).toEqual([
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ]);
  });

  it('end no resource in a wildcard', () => {
    const resources = STATEMENTS.flatMap(({ Resource }) => Resource).filter((resource) => resource !== '*');

    expect(resources.filter((resource) => resource.includes('*'))).toEqual([]);
  });

  it('come from no managed policy', () => {
    for (const [id, { Properties }] of ofType('AWS::IAM::Role')) {
      expect(Properties, id).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('on the payments table cover users or the control item, never all items', () => {
    const onTable = STATEMENTS.filter(({ Resource }) => [Resource].flat().includes('<PaymentsTable.Arn>'));

    expect(onTable.length).toBeGreaterThanOrEqual(5);
    for (const { Condition } of onTable) expect(JSON.stringify(Condition)).toContain('dynamodb:LeadingKeys');
  });

  it('to delete items belong to bots, who can delete nothing but what users track', () => {
    const mayDelete = STATEMENTS.filter(({ Action }) => [Action].flat().includes('dynamodb:DeleteItem'));

    expect(mayDelete.length).toBeGreaterThan(0);
    for (const { Condition } of mayDelete) {
      expect(Condition).toEqual({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['USER#*'] } });
    }
  });
});

describe('data', () => {
  it('in logs is kept for a limited time', () => {
    const groups = ofType('AWS::Logs::LogGroup');

    expect(groups.length).toBeGreaterThanOrEqual(5);
    for (const [id, { Properties }] of groups) expect(Properties?.RetentionInDays, id).toBe(30);
  });

  it('in a table outside a demo can neither be deleted by accident nor get lost for good', () => {
    synthTracker().hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
  });

  it('at rest is encrypted: by DynamoDB always, in queues by SQS', () => {
    for (const [id, { Properties }] of ofType('AWS::SQS::Queue')) {
      expect(Properties?.SqsManagedSseEnabled, id).toBe(true);
    }
  });

  it('of functions never includes a secret: variables name the parameter of the token, not the token', () => {
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function')) {
      const { Variables = {} } = (Properties?.Environment ?? {}) as { Variables?: Record<string, string> };
      expect(
        Object.keys(Variables).filter(
          (name) => /TOKEN|SECRET|PASSWORD/.test(name) && !/PARAMETER$/.test(name),
        ),
        id,
      ).toEqual([]);
    }
  });
});

describe('tracing', () => {
  const modes = (template: Template) => [
    ...Object.values(template.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.TracingConfig?.Mode,
    ),
    ...Object.values(template.findResources('AWS::StepFunctions::StateMachine')).map(
      ({ Properties }) => Properties.TracingConfiguration?.Enabled,
    ),
  ];

  it('is off by default, and covers the loop and every function if it is on', () => {
    expect(modes(synthTracker())).toEqual([undefined, undefined, undefined, false]);
    expect(modes(synthTracker({ tracing: true }))).toEqual(['Active', 'Active', 'Active', true]);
  });
});

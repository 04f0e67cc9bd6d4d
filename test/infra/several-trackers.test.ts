import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ALARM_IDS } from '../../infra/constructs/alarm-runbook.ts';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { PaymentTrackerStack } from '../../infra/constructs/payment-tracker-stack.ts';
import { createApp, NOCODB } from './support/synth.ts';

type Resources = Record<
  string,
  { Type: string; DeletionPolicy?: string; Properties?: Record<string, unknown> }
>;

function resourcesOf(stack: Stack): Resources {
  return Template.fromStack(stack).toJSON().Resources as Resources;
}

/** The names that the template sets. CloudFormation generates all other names. */
function givenNames(stacks: readonly Stack[]): string[] {
  return stacks.flatMap((stack) =>
    Object.values(resourcesOf(stack)).flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([key, value]) => /^(Alarm|Dashboard|LogGroup)Name$/.test(key) && typeof value === 'string')
        .map(([, value]) => `${Type} ${value}`),
    ),
  );
}

describe('several trackers in several stages', () => {
  it('never give two alarms, dashboards or log groups the same name', () => {
    const app = createApp();
    const stacks = ['dev', 'prod'].map((stage) => {
      const stack = new Stack(app, `shop-${stage}`);
      new PaymentTracker(stack, 'Shop', { nocodb: NOCODB, dashboard: true });
      new PaymentTracker(stack, 'Club', { nocodb: NOCODB, dashboard: true });
      return stack;
    });

    const names = givenNames(stacks);

    // All alarms except OwnerMismatch, the dashboard, and the log group of the loop.
    expect(names).toHaveLength(4 * (ALARM_IDS.length - 1 + 2));
    expect(new Set(names).size).toBe(names.length);
  });

  it('have dashboards whose names CloudWatch accepts, whatever the trackers are called', () => {
    const stack = new Stack(createApp(), 'Shop');
    new PaymentTracker(stack, 'Payments', { nocodb: NOCODB, name: 'shop/eu:payments', dashboard: true });

    const names = givenNames([stack]).filter((name) => name.includes('Dashboard'));

    expect(names).toEqual(['AWS::CloudWatch::Dashboard shop-eu-payments']);
  });
});

describe('a deleted stack', () => {
  it('leaves the table of payments, and nothing else', () => {
    const stack = new PaymentTrackerStack(createApp(), 'Shop', { tracker: { nocodb: NOCODB } });

    const kept = Object.values(resourcesOf(stack)).filter(
      ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
    );

    expect(kept.map(({ Type }) => Type)).toEqual(['AWS::DynamoDB::GlobalTable']);
  });

  it('leaves no log behind: every log group belongs to the stack and goes with it', () => {
    const resources = resourcesOf(
      new PaymentTrackerStack(createApp(), 'Shop', { tracker: { nocodb: NOCODB }, demo: true }),
    );
    const groups = Object.values(resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
    const functions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');

    expect(groups.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(groups.map(() => 'Delete'));
    // For a function without a log group, Lambda creates one that is never deleted.
    for (const { Properties } of functions) {
      expect(Properties?.LoggingConfig).toMatchObject({ LogGroup: { Ref: expect.any(String) } });
    }
  });
});

describe('an update in place', () => {
  /** The resources that CloudFormation would replace, because a property changes that it cannot update. */
  const identity = (stack: Stack) =>
    Object.fromEntries(
      Object.entries(resourcesOf(stack))
        .filter(([, { Type }]) => /GlobalTable|StateMachine$|Queue$|Topic$/.test(Type))
        .map(([id, { Type, Properties = {} }]) => {
          const { KeySchema, StateMachineType, FifoQueue, TopicName } = Properties;
          return [id, { Type, KeySchema, StateMachineType, FifoQueue, TopicName }];
        }),
    );
  const stackWith = (variables: { tableId?: string; seconds?: number }) => {
    const stack = new PaymentTrackerStack(createApp(), 'Shop', {
      tracker: {
        nocodb: { ...NOCODB, tableId: variables.tableId ?? NOCODB.tableId },
        interval: Duration.seconds(variables.seconds ?? 20),
      },
    });
    return stack;
  };

  it.each([{ seconds: 5 }, { seconds: 300 }, { tableId: 'mfaob33z2nnrxve' }])(
    'of %o keeps the table, the loop, the queue and the topic',
    (change) => {
      expect(identity(stackWith(change))).toEqual(identity(stackWith({})));
    },
  );
});

import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { REQUEST_UNITS_CAP } from '../../infra/constructs/payment-table.ts';
import { synthTracker } from './support/synth.ts';

const TABLE = 'AWS::DynamoDB::GlobalTable';
const { read, write } = REQUEST_UNITS_CAP;

describe('the payments table', () => {
  it('has the keys, the sparse index and the TTL of the layout', () => {
    const template = synthTracker();

    template.hasResourceProperties(TABLE, {
      AttributeDefinitions: ['pk', 'sk', 'shard', 'recordId'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'pending',
          KeySchema: [
            { AttributeName: 'shard', KeyType: 'HASH' },
            { AttributeName: 'recordId', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
          WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: write },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('is paid by request, up to a cap on the table and on its index', () => {
    const template = synthTracker();

    template.hasResourceProperties(TABLE, {
      BillingMode: 'PAY_PER_REQUEST',
      WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: write },
      Replicas: [
        Match.objectLike({
          ReadOnDemandThroughputSettings: { MaxReadRequestUnits: read },
          GlobalSecondaryIndexes: [
            { IndexName: 'pending', ReadOnDemandThroughputSettings: { MaxReadRequestUnits: read } },
          ],
        }),
      ],
    });
  });

  it('can be restored to any second of the last 35 days', () => {
    const template = synthTracker();

    template.hasResourceProperties(TABLE, {
      Replicas: [
        Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
      ],
    });
  });

  it('streams both images of every change', () => {
    const template = synthTracker();

    template.hasResourceProperties(TABLE, { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } });
  });

  it.each([
    ['stays and cannot be deleted by default', {}, 'Retain', true],
    ['goes with its stack when told to', { removalPolicy: RemovalPolicy.DESTROY }, 'Delete', false],
    [
      'goes with its stack only after the protection is lifted when told so',
      { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true },
      'Delete',
      true,
    ],
  ])('%s', (_title, props, DeletionPolicy, DeletionProtectionEnabled) => {
    const template = synthTracker(props);

    template.hasResource(TABLE, {
      DeletionPolicy,
      UpdateReplacePolicy: DeletionPolicy,
      Properties: { Replicas: [Match.objectLike({ DeletionProtectionEnabled })] },
    });
    expect(Object.keys(template.findResources(TABLE))).toHaveLength(1);
  });
});

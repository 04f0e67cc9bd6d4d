import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { LAYOUT } from '../../lambda/table/layout.ts';

/**
 * Request units a second that the table and its index serve at the most, so that a bot in a loop cannot run up a bill
 * unnoticed: reads at the cap cost about $1.80 an hour, writes $4.50 (us-east-1). Room for 10,000 payments tracked in
 * 5 s, and for 100,000 pending ones listed in one tick.
 */
export const REQUEST_UNITS_CAP = { read: 4000, write: 2000 } as const;

export interface PaymentTableProps {
  /** What happens to the table when its stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
}

/**
 * The table that everybody reads and one loop writes: payments and the control item.
 *
 * Encrypted at rest with DynamoDB's own key, which costs nothing. The stream carries both images, so that who listens
 * can tell a change of status from any other write.
 */
export class PaymentTable extends TableV2 {
  constructor(scope: Construct, id: string, props: PaymentTableProps) {
    super(scope, id, {
      partitionKey: { name: LAYOUT.partitionKey, type: AttributeType.STRING },
      sortKey: { name: LAYOUT.sortKey, type: AttributeType.STRING },
      billing: Billing.onDemand({
        maxReadRequestUnits: REQUEST_UNITS_CAP.read,
        maxWriteRequestUnits: REQUEST_UNITS_CAP.write,
      }),
      globalSecondaryIndexes: [
        {
          // Sparse: only pending payments have a shard.
          indexName: LAYOUT.index.name,
          partitionKey: { name: LAYOUT.index.partitionKey, type: AttributeType.STRING },
          sortKey: { name: LAYOUT.index.sortKey, type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
          maxReadRequestUnits: REQUEST_UNITS_CAP.read,
          maxWriteRequestUnits: REQUEST_UNITS_CAP.write,
        },
      ],
      timeToLiveAttribute: LAYOUT.timeToLive,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      removalPolicy: props.removalPolicy,
      deletionProtection: props.deletionProtection,
    });
  }

  /** There is one, always. */
  override get tableStreamArn(): string {
    return super.tableStreamArn as string;
  }

  /** Allows actions on single items, of some partitions only: patterns of partition keys, with `*`. */
  grantItems(grantee: IGrantable, actions: string[], partitions: string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
    });
  }

  /** Allows to list what is pending. */
  grantQueryOfPending(grantee: IGrantable): Grant {
    const resourceArns = [`${this.tableArn}/index/${LAYOUT.index.name}`];
    return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }

  /** Allows to follow the changes of items. */
  grantFollowStream(grantee: IGrantable): Grant {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    return Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [this.tableStreamArn],
    });
  }
}

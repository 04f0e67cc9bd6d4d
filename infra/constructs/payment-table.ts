import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type FilterCriteria, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { LAYOUT } from '../../lambda/table/layout.ts';

/**
 * The most request units a second that the table and its index serve, so that a bot in an endless loop cannot cause a high
 * bill: reads at the cap cost about $1.80 an hour, writes $4.50 (us-east-1). Enough to track 10,000 payments in 5 s, and
 * to list all that a tick asks for.
 */
export const REQUEST_UNITS_CAP = { read: 4000, write: 2000 } as const;

/**
 * Age at which Lambda gives a change up. DynamoDB deletes it from the stream at 24 hours, without a word; an hour earlier,
 * there is a message in the dead-letter queue, and what comes behind can still be read.
 */
const MAX_RECORD_AGE = Duration.hours(23);

/** A function that is called with changes of the items. */
export interface Follower {
  readonly filters: ReturnType<typeof FilterCriteria.filter>[];
  /** The most changes in a call. */
  readonly batchSize: number;
  /** Is told of the changes that were given up. */
  readonly deadLetterQueue: IQueue;
}

export interface PaymentTableProps {
  /** What happens to the table when its stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
}

/**
 * The table of the tracker: payments and the control item.
 *
 * It is encrypted at rest with a key that DynamoDB owns, free of charge. The stream has the old and the new image of an
 * item, so that its readers can filter changes of the status.
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
          // Sparse: only payments that are not paid have a shard.
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

  /** Never undefined, because the table always has a stream. */
  override get tableStreamArn(): string {
    return super.tableStreamArn as string;
  }

  /** Allows actions on single items. @param partitions patterns of their partition keys, with `*` */
  grantItems(grantee: IGrantable, actions: string[], partitions: string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
    });
  }

  /** Allows listing pending payments. */
  grantQueryOfPending(grantee: IGrantable): Grant {
    const resourceArns = [`${this.tableArn}/index/${LAYOUT.index.name}`];
    return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }

  /**
   * Calls a function with the changes of the items, and repeats a call that fails until it succeeds or the changes are too
   * old. A batch that fails is split, and the function may report which change failed first.
   *
   * AWS allows one mapping of a stream to a function, and replaces a mapping whose starting position changes by creating
   * the new one first: that needs another function.
   */
  callWithChanges(fn: IFunction, id: string, { filters, batchSize, deadLetterQueue }: Follower): void {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    Grant.addToPrincipal({
      grantee: fn,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [this.tableStreamArn],
    });
    fn.addEventSourceMapping(id, {
      eventSourceArn: this.tableStreamArn,
      // A mapping needs minutes to become active. From LATEST, it misses the changes until then.
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters,
      batchSize,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: -1,
      maxRecordAge: MAX_RECORD_AGE,
      onFailure: new SqsDlq(deadLetterQueue),
    });
  }
}

import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { CONTROL_PARTITION } from '../../lambda/table/layout.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTable } from './payment-table.ts';
import { BACKSTOP_SECONDS } from './tick-loop-definition.ts';

export interface WakeUpProps {
  readonly table: PaymentTable;
  readonly loop: IStateMachine;
  readonly trackerName: string;
  /** Takes what the function could not process. */
  readonly deadLetterQueue: IQueue;
}

/** Wakes the resting loop when a payment becomes pending. */
export class WakeUp extends Construct {
  readonly function: BundledFunction;

  constructor(scope: Construct, id: string, props: WakeUpProps) {
    super(scope, id);
    const { table, loop, trackerName, deadLetterQueue } = props;
    this.function = new BundledFunction(this, 'Function', {
      entry: 'wake.handler',
      description: 'Wakes the resting loop when a payment becomes pending',
      environment: variablesFor('wake', {
        tableName: table.tableName,
        trackerName,
        loopArn: loop.stateMachineArn,
      }),
    });
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [CONTROL_PARTITION] } },
      }),
    );
    this.function.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [loop.stateMachineArn] }),
    );
    table.grantFollowStream(this.function);
    this.function.addEventSourceMapping('BecamePending', {
      eventSourceArn: table.tableStreamArn,
      startingPosition: StartingPosition.LATEST,
      filters: BECAME_PENDING,
      // Thousands may be tracked at once; one look at the control item serves them all.
      batchSize: 1000,
      retryAttempts: 3,
      // Later than this, the loop has ticked by itself.
      maxRecordAge: Duration.seconds(BACKSTOP_SECONDS),
      onFailure: new SqsDlq(deadLetterQueue),
    });
  }
}

/** Filters run before the function is called, and cost nothing. One of them has to match. */
const BECAME_PENDING = [
  FilterCriteria.filter({
    eventName: FilterRule.isEqual('INSERT'),
    dynamodb: { NewImage: { status: { S: FilterRule.isEqual('pending') } } },
  }),
  FilterCriteria.filter({
    eventName: FilterRule.isEqual('MODIFY'),
    dynamodb: {
      NewImage: { status: { S: FilterRule.isEqual('pending') } },
      OldImage: { status: { S: FilterRule.notEquals('pending') } },
    },
  }),
];

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { variablesFor } from '../../lambda/settings/read-settings.ts';
import { CONTROL_PARTITION } from '../../lambda/table/layout.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTable } from './payment-table.ts';

export interface WakeUpProps {
  readonly table: PaymentTable;
  readonly loop: IStateMachine;
  readonly trackerName: string;
  /** Gets the changes that the function could not process. */
  readonly deadLetterQueue: IQueue;
}

/** Wakes the resting loop when a payment becomes pending. */
export class WakeUp extends Construct {
  readonly function: BundledFunction;

  constructor(scope: Construct, id: string, props: WakeUpProps) {
    super(scope, id);
    const { table, loop, trackerName, deadLetterQueue } = props;
    this.function = new BundledFunction(this, 'Wake', {
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
    table.callWithChanges(this.function, 'BecamePending', {
      filters: BECAME_PENDING,
      // Thousands of payments can become pending at once. One read of the control item is enough for all of them.
      batchSize: 1000,
      deadLetterQueue,
    });
  }
}

/** Lambda applies the filters before it calls the function, free of charge. A change must match one of them. */
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

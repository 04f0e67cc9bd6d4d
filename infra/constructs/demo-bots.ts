import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTracker } from './payment-tracker.ts';

export interface DemoBotsProps {
  readonly tracker: PaymentTracker;
}

/**
 * The functions of an example bot, with the variables and grants that a bot needs. `grantTrack` adds the variables
 * `PAYMENT_TABLE_NAME` and `PENDING_SHARDS`.
 */
export class DemoBots extends Construct {
  /** Creates a record in NocoDB and tracks the payment. */
  readonly createPayment: BundledFunction;
  /** Answers whether a user has paid. If so, it untracks the payment. */
  readonly checkPayment: BundledFunction;
  /** Gets an event for each confirmed payment. */
  readonly paymentConfirmed: BundledFunction;

  constructor(scope: Construct, id: string, { tracker }: DemoBotsProps) {
    super(scope, id);
    const { nocodb, tokenParameterName, retention } = tracker.settings;
    this.createPayment = new BundledFunction(this, 'CreatePayment', {
      entry: 'bot/create-payment.handler',
      description: 'Example bot: creates a record in NocoDB and tracks the payment',
      timeout: Duration.seconds(15),
      environment: {
        [VARIABLES.apiUrl]: nocodb.apiUrl,
        [VARIABLES.tableId]: nocodb.tableId,
        ...(nocodb.baseId !== undefined && { [VARIABLES.baseId]: nocodb.baseId }),
        [VARIABLES.apiVersion]: nocodb.apiVersion,
        ...(nocodb.ownerField !== undefined && { [VARIABLES.ownerField]: nocodb.ownerField }),
        [VARIABLES.tokenParameterName]: tokenParameterName,
        [VARIABLES.pendingDays]: String(retention.pendingDays),
      },
    });
    tracker.grantTrack(this.createPayment);
    tracker.grantReadToken(this.createPayment);

    this.checkPayment = new BundledFunction(this, 'CheckPayment', {
      entry: 'bot/check-payment.handler',
      description: 'Example bot: answers whether a user has paid',
      environment: {},
    });
    tracker.grantTrack(this.checkPayment);

    this.paymentConfirmed = new BundledFunction(this, 'PaymentConfirmed', {
      entry: 'bot/payment-confirmed.handler',
      description: 'Example bot: gets an event for each confirmed payment',
      environment: {},
    });
    tracker.onConfirmed(this.paymentConfirmed);
  }
}

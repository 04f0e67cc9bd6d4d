import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTracker } from './payment-tracker.ts';

export interface DemoBotsProps {
  readonly tracker: PaymentTracker;
}

/**
 * Three example functions with the variables and grants that the author of a bot would give them. `grantTrack` adds the
 * variables `PAYMENT_TABLE_NAME` and `PENDING_SHARDS`.
 */
export class DemoBots extends Construct {
  /** Creates the record in NocoDB and tracks it. */
  readonly createPayment: BundledFunction;
  /** Answers whether a user has paid, and then stops tracking. */
  readonly checkPayment: BundledFunction;
  /** Called for every confirmed payment. */
  readonly paymentConfirmed: BundledFunction;

  constructor(scope: Construct, id: string, { tracker }: DemoBotsProps) {
    super(scope, id);
    const { nocodb, tokenParameterName, retention } = tracker.settings;
    this.createPayment = new BundledFunction(this, 'CreatePayment', {
      entry: 'bot/create-payment.handler',
      description: 'Example bot: creates a payment in NocoDB and tracks it',
      timeout: Duration.seconds(15),
      environment: {
        [VARIABLES.apiUrl]: nocodb.apiUrl,
        [VARIABLES.tableId]: nocodb.tableId,
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
      description: 'Example bot: called for every confirmed payment',
      environment: {},
    });
    tracker.onConfirmed(this.paymentConfirmed);
  }
}

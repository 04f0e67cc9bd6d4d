import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { formatTrackerSettings } from '../../lambda/settings/tracker-settings.ts';
import { BundledFunction } from './bundled-function.ts';
import type { PaymentTracker } from './payment-tracker.ts';

export interface DemoBotsProps {
  readonly tracker: PaymentTracker;
}

/** Three functions as the author of a bot would write and grant them. */
export class DemoBots extends Construct {
  /** Creates the record in NocoDB and tracks it. */
  readonly createPayment: BundledFunction;
  /** Answers whether a user has paid, and then stops tracking. */
  readonly checkPayment: BundledFunction;
  /** Is told of every confirmed payment. */
  readonly paymentConfirmed: BundledFunction;

  constructor(scope: Construct, id: string, { tracker }: DemoBotsProps) {
    super(scope, id);
    this.createPayment = new BundledFunction(this, 'CreatePayment', {
      entry: 'bot/create-payment.handler',
      description: 'Example bot: creates a payment in NocoDB and tracks it',
      timeout: Duration.seconds(15),
      environment: formatTrackerSettings(tracker.settings),
    });
    tracker.grantTrack(this.createPayment);
    tracker.grantReadToken(this.createPayment);

    this.checkPayment = new BundledFunction(this, 'CheckPayment', {
      entry: 'bot/check-payment.handler',
      description: 'Example bot: tells whether a user has paid',
      environment: {},
    });
    tracker.grantTrack(this.checkPayment);

    this.paymentConfirmed = new BundledFunction(this, 'PaymentConfirmed', {
      entry: 'bot/payment-confirmed.handler',
      description: 'Example bot: is told of every confirmed payment',
      environment: {},
    });
    tracker.onConfirmed(this.paymentConfirmed);
  }
}

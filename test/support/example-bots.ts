import type { DeployedTracker } from '../../infra/local/deployment/deploy-tracker.ts';
import type { AwsClientConfig } from '../../infra/local/emulator/aws-environment.ts';

export interface Payment {
  readonly userId: string;
  readonly recordId: string;
}

/** The example bots of a deployed stack, called as a messenger would call them. */
export interface ExampleBots {
  /** Lets the bot create a record and track its payment. */
  createPayment(userId: string): Promise<Payment>;
  /** Asks the bot whether the payment is paid. */
  isPaid(payment: Payment): Promise<boolean>;
}

export function exampleBots({ invoke, output }: DeployedTracker<Partial<AwsClientConfig>>): ExampleBots {
  return {
    async createPayment(userId) {
      const created = await invoke(output('CreatePaymentFunctionName'), { userId });
      return { userId, recordId: (created as { recordId: string }).recordId };
    },
    async isPaid(payment) {
      const answer = await invoke(output('CheckPaymentFunctionName'), payment);
      return (answer as { paid: boolean }).paid;
    },
  };
}

// In your own project, import it from the package payment-tracker.
import { consoleObserver, PaymentTracker } from '../client/index.ts';

const payments = new PaymentTracker({
  tableName: process.env.PAYMENT_TABLE_NAME ?? '',
  observe: consoleObserver(),
});

export interface CheckPaymentEvent {
  readonly userId: number | string;
  /** @default the user's latest payment */
  readonly recordId?: number | string;
}

/** Example bot, part 2: a user asks "have I paid?". One read of the table, and no request to NocoDB. */
export async function handler({ userId, recordId }: CheckPaymentEvent): Promise<{ paid: boolean }> {
  const paid = await payments.isPaid(userId, recordId);
  if (paid) await payments.untrack(userId, recordId);
  return { paid };
}

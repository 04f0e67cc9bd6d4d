import { consoleObserver, PaymentTracker } from '../client/index.ts';

const payments = new PaymentTracker({
  tableName: process.env.PAYMENT_TABLE_NAME ?? '',
  observe: consoleObserver(),
});

export interface CheckPaymentEvent {
  readonly userId: number | string;
  /** The user's latest payment, if left out. */
  readonly recordId?: number | string;
}

/** Example bot, part two: a user asks "have I paid?". One read of the table; NocoDB is not asked. */
export async function handler({ userId, recordId }: CheckPaymentEvent): Promise<{ paid: boolean }> {
  const paid = await payments.isPaid(userId, recordId);
  if (paid) await payments.untrack(userId, recordId);
  return { paid };
}

import type { EventBridgeEvent } from 'aws-lambda';
// In your own project, import it from the package payment-tracker.
import type { PaymentConfirmed } from '../client/index.ts';

/**
 * Example bot, part 3: called for a confirmed payment, it would now deliver the goods. A bot that must not deliver twice
 * stores the idempotency key in its own table: events are delivered at least once.
 */
export async function handler({
  detail,
}: EventBridgeEvent<'PaymentConfirmed', PaymentConfirmed>): Promise<void> {
  const { userId, recordId, paidAt, idempotencyKey } = detail;
  console.log(
    `📦 Delivering to user ${userId}: record ${recordId} was paid at ${paidAt} (${idempotencyKey})`,
  );
}

import type { EventBridgeEvent } from 'aws-lambda';
import type { PaymentConfirmed } from '../client/index.ts';

/**
 * Example bot, part three: told of a confirmed payment, it would now deliver what was paid for. A bot that must not
 * deliver twice remembers the idempotency key, in a table of its own: events come at least once.
 */
export async function handler({
  detail,
}: EventBridgeEvent<'PaymentConfirmed', PaymentConfirmed>): Promise<void> {
  const { userId, recordId, paidAt, idempotencyKey } = detail;
  console.log(
    `📦 Delivering to user ${userId}: record ${recordId} was paid at ${paidAt} (${idempotencyKey})`,
  );
}

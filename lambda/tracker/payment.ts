/**
 * Where a payment stands.
 *
 * - `pending`: a bot waits for it; every tick asks NocoDB for it.
 * - `paid`: NocoDB showed its record as paid. Final: nothing resets it before it expires.
 * - `missing`: three audits in a row did not find its record. No longer asked for; `track` renews it.
 * - `invalid`: NocoDB refuses its record id. No longer asked for; `track` renews it.
 */
export type PaymentStatus = 'pending' | 'paid' | 'missing' | 'invalid';

/** What names a payment: the bot's user and the NocoDB record that the user has to pay. */
export interface PaymentKey {
  readonly userId: string;
  readonly recordId: string;
}

/** A payment as the table holds it. */
export interface Payment extends PaymentKey {
  readonly status: PaymentStatus;
  /** When a bot last asked to track it, epoch milliseconds. */
  readonly trackedAt: number;
  /** When the tracker learned that it is paid, epoch milliseconds. Only on a paid payment. */
  readonly paidAt?: number;
  /** When it stops existing for readers, epoch seconds (DynamoDB's TTL unit). */
  readonly expiresAt: number;
  /** Why NocoDB refuses the record id. Only on an invalid payment. */
  readonly reason?: string;
}

/** Who confirmed a payment: the polling tick or NocoDB's webhook. */
export type ConfirmedBy = 'tick' | 'webhook';

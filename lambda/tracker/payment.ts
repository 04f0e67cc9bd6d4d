import { InvalidIdError } from './errors.ts';

/**
 * The state of a payment.
 *
 * - `pending`: a bot waits for it, and ticks ask NocoDB for it.
 * - `paid`: NocoDB showed its record as paid. Final: nothing resets it before it expires.
 * - `missing`: three audits in a row did not find its record.
 * - `invalid`: NocoDB refuses its record id.
 *
 * Missing and invalid payments are given up: ticks ask for them only once an hour. They become pending again when their
 * record is there, or when a bot tracks them again.
 */
export type PaymentStatus = 'pending' | 'paid' | 'missing' | 'invalid';

/** The key of a payment: the bot's user, and the NocoDB record that the user has to pay. */
export interface PaymentKey {
  readonly userId: string;
  readonly recordId: string;
}

/** A payment in the table. */
export interface Payment extends PaymentKey {
  readonly status: PaymentStatus;
  /** When a bot last asked to track it, epoch milliseconds. */
  readonly trackedAt: number;
  /** When the tracker learned that it is paid, epoch milliseconds. Only on a paid payment. */
  readonly paidAt?: number;
  /** When it stops existing for readers, epoch seconds (DynamoDB's TTL unit). */
  readonly expiresAt: number;
  /** When it became missing or invalid, epoch milliseconds. Only on such a payment. */
  readonly givenUpAt?: number;
  /** Why NocoDB refuses the record id. Only on an invalid payment. */
  readonly reason?: string;
}

/** A payment as one text, which is unique because user ids have no white space. */
export function nameOf({ userId, recordId }: PaymentKey): string {
  return `${userId} ${recordId}`;
}

/** Who confirmed a payment: the polling tick or NocoDB's webhook. */
export type ConfirmedBy = 'tick' | 'webhook';

/**
 * The form of a record id. Record ids are part of NocoDB's `where` clause, where commas, parentheses and tildes are syntax.
 * `track` refuses ids with such characters.
 */
export const RECORD_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The form of a user id: the number or name of any messenger, without white space, without the key separator `#`, and
 * without half a surrogate pair (Cs), which is written as U+FFFD in UTF-8: two such ids would be one in the table.
 */
export const USER_ID_PATTERN = /^[^\s#\p{Cc}\p{Cs}]{1,128}$/u;

/**
 * Converts a messenger's user id to the string in the table.
 *
 * @param value a safe integer (Telegram, Discord numbers) or a string of 1 to 128 characters without white space or `#`
 * @throws {InvalidIdError} for anything else
 */
export function parseUserId(value: number | string): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new InvalidIdError('userId', value, 'a whole number up to 2^53 (pass larger ones as a string)');
  }
  const userId = typeof value === 'number' ? String(value) : value;
  if (typeof userId !== 'string' || !USER_ID_PATTERN.test(userId)) {
    throw new InvalidIdError('userId', value, 'a number, or 1 to 128 characters without white space or #');
  }
  return userId;
}

/**
 * Converts a NocoDB record id to the string in the table.
 *
 * @param value a safe integer, or 1 to 64 letters, digits, `_` and `-`
 * @throws {InvalidIdError} for anything else
 */
export function parseRecordId(value: number | string): string {
  const recordId = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof recordId !== 'string' || !RECORD_ID_PATTERN.test(recordId)) {
    throw new InvalidIdError('recordId', value, '1 to 64 letters, digits, _ or -');
  }
  return recordId;
}

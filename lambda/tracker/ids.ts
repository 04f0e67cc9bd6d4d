import { InvalidIdError } from './errors.ts';

/**
 * What a record id may look like. Record ids go into NocoDB's `where` clause, where commas, parentheses and
 * tildes are syntax; nothing of the kind gets past `track`.
 */
export const RECORD_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** What a user id may look like: any messenger's number or name; the key separator `#` and white space are out. */
export const USER_ID_PATTERN = /^[^\s#\p{Cc}]{1,128}$/u;

/**
 * Turns a messenger's user id into the string the table keeps.
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
 * Turns a NocoDB record id into the string the table keeps.
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

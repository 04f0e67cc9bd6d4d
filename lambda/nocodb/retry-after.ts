import type { IncomingHttpHeaders } from 'node:http';
import { LONGEST_PENALTY_MS } from '../tracker/interval.ts';

/** Shortest penalty, milliseconds: NocoDB blocks a user for 30 s after a 429 (https://docs.nocodb.com, "Rate limits"). */
export const MIN_PENALTY_MS = 30_000;

/** `Retry-After`, and `Retry-After-<name>` as named throttlers of @nestjs/throttler send it. */
const RETRY_AFTER = /^retry-after(?:-.+)?$/;

/** The date form of RFC 9110, section 5.6.7: always GMT. `Date.parse` alone accepts almost any text. */
const HTTP_DATE = /^[A-Za-z]{3,9},? [\w: -]+ GMT$/;

/**
 * When the next request may be sent after a 429: the longest wait that a `Retry-After…` header asks for, but not less than
 * {@link MIN_PENALTY_MS} and not more than {@link LONGEST_PENALTY_MS}.
 *
 * @param now epoch milliseconds
 * @returns epoch milliseconds
 */
export function penaltyEnd(headers: IncomingHttpHeaders, now: number): number {
  const waits = Object.entries(headers)
    .filter(([name]) => RETRY_AFTER.test(name.toLowerCase()))
    .flatMap(([, value]) => value ?? [])
    .map((value) => retryAfterMilliseconds(value, readServerTime(headers) ?? now) ?? 0);
  return now + Math.min(LONGEST_PENALTY_MS, Math.max(MIN_PENALTY_MS, ...waits));
}

/**
 * The wait that a `Retry-After` value asks for.
 *
 * @param value seconds (`120`) or an HTTP date (`Wed, 21 Oct 2026 07:28:00 GMT`)
 * @param serverNow the server's clock, epoch milliseconds
 * @returns milliseconds, 0 for a date in the past; `undefined` when the value is neither seconds nor a date
 */
export function retryAfterMilliseconds(value: string, serverNow: number): number | undefined {
  const text = value.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!HTTP_DATE.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverNow);
}

/** The server's clock when it answered, epoch milliseconds. A date in `Retry-After` refers to it. */
export function readServerTime(headers: IncomingHttpHeaders): number | undefined {
  const time = headers.date === undefined ? Number.NaN : Date.parse(headers.date);
  return Number.isNaN(time) ? undefined : time;
}

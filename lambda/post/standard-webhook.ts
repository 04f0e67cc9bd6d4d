import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PaymentConfirmed } from '../notify/payment-confirmed.ts';

// Signatures as Standard Webhooks describes them (https://github.com/standard-webhooks/standard-webhooks).

/** How far the clocks of sender and receiver may differ, and how long a request may be under way: seconds. */
const TOLERANCE_SECONDS = 300;

/** `whsec_` and the key in base64. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,}={0,2})$/;

/** A request with an event, ready to be sent. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Makes the request for an event. Its `webhook-id` is the same in every request about this user and record.
 *
 * @param now epoch milliseconds
 * @throws {TypeError} when the secret is not one
 */
export function signConfirmed(event: PaymentConfirmed, secret: string, now: number): SignedRequest {
  const body = JSON.stringify({ type: 'payment.confirmed', timestamp: event.paidAt, data: event });
  // A full stop separates the parts that are signed, and keys may contain some.
  const id = `msg_${createHash('sha256').update(event.idempotencyKey).digest('base64url')}`;
  const timestamp = String(Math.floor(now / 1000));
  const signature = `v1,${hmac({ id, timestamp, body, secret }).toString('base64')}`;
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    },
    body,
  };
}

/** Headers as Fetch has them, or as an object whose names may have any case. */
export type RequestHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request does not come from the tracker, or is too old: answer it with 401. */
export class InvalidSignatureError extends Error {
  constructor(problem: string) {
    super(`The request is not a confirmed payment: ${problem}.`);
    this.name = new.target.name;
  }
}

/**
 * Checks a request that the tracker has posted, and reads the confirmed payment.
 *
 * @param body the body as it was received, before anything parsed it
 * @param secret the value of the SSM parameter: `whsec_…`
 * @param now epoch milliseconds. @default the machine's clock
 * @throws {InvalidSignatureError}
 * @throws {TypeError} when the secret is not one
 * @example
 * const { userId, recordId, idempotencyKey } = verifyConfirmed(request.headers, body, secret);
 */
export function verifyConfirmed(
  headers: RequestHeaders,
  body: string | Uint8Array,
  secret: string,
  now: number = Date.now(),
): PaymentConfirmed {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    readHeader(headers, name),
  ) as [string, string, string];
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    throw new InvalidSignatureError('its time is not the present');
  }
  const expected = hmac({ id, timestamp, body, secret });
  const isOurs = signatures.split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isOurs) throw new InvalidSignatureError('the signature is wrong');
  const { data } = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  return data as PaymentConfirmed;
}

function readHeader(headers: RequestHeaders, name: string): string {
  const value =
    typeof headers.get === 'function'
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (typeof value === 'string') return value;
  throw new InvalidSignatureError(`it has no header ${name}`);
}

interface SignedParts {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: string;
  readonly body: string | Uint8Array;
  readonly secret: string;
}

function hmac({ id, timestamp, body, secret }: SignedParts): Buffer {
  const [, key] = SECRET.exec(secret.trim()) ?? [];
  if (key === undefined) {
    throw new TypeError('the secret is not whsec_ and at least 24 random bytes in base64');
  }
  return createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.`).update(body).digest();
}

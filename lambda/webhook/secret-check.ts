import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenProvider } from '../nocodb/token.ts';
import type { Clock } from '../tracker/clock.ts';
import { TrackerError } from '../tracker/errors.ts';

/** The header of NocoDB's webhook with the secret that both sides know. */
export const SECRET_HEADER = 'x-payment-tracker-secret';

/** Characters of the shortest secret; a shorter one can be guessed. */
export const MIN_SECRET_LENGTH = 16;

/**
 * A wrong secret may be the new one: then the secret is read again, past the cache. But not for every wrong one, or
 * strangers could use up the account's quota of SSM. Milliseconds.
 */
const READ_AGAIN_AFTER_MS = 60_000;

/** Whether a request brings the secret. */
export type SecretCheck = (offered: string | undefined) => Promise<boolean>;

export interface SecretCheckOptions {
  readonly secret: TokenProvider;
  /** Name of the SSM parameter with the secret, for errors. */
  readonly parameterName: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** The secret of the webhook is too short to be used. */
export class UnusableSecretError extends TrackerError {
  readonly kind = 'UnusableSecret';
}

/**
 * Creates a check that compares in constant time: it compares hashes, which have the same length whatever was offered.
 *
 * The check throws {@link UnusableSecretError}, and whatever `secret` throws.
 */
export function createSecretCheck({ secret, parameterName, clock }: SecretCheckOptions): SecretCheck {
  let readAgainAt = Number.NEGATIVE_INFINITY;
  return async (offered) => {
    if (offered === undefined) return false;
    if (isSame(offered, usable(await secret.get(), parameterName))) return true;
    if (clock.now() < readAgainAt) return false;
    readAgainAt = clock.now() + READ_AGAIN_AFTER_MS;
    return isSame(offered, usable(await secret.refresh(), parameterName));
  };
}

function usable(text: string, parameterName: string): string {
  const secret = text.trim();
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new UnusableSecretError({
    operation: "read the webhook's secret",
    target: `SSM parameter ${parameterName}`,
    problem: `the secret has ${secret.length} characters; the minimum is ${MIN_SECRET_LENGTH}`,
    hint: 'Put a random secret into the parameter (openssl rand -hex 32), then repeat webhook install.',
  });
}

function isSame(offered: string, secret: string): boolean {
  return timingSafeEqual(hash(offered), hash(secret));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { TokenProvider } from '../nocodb/token.ts';
import type { Clock } from '../tracker/clock.ts';

/** Tells whether a caller brought the secret. */
export type SecretCheck = (offered: string | undefined) => Promise<boolean>;

/** The secret that callers have to bring cannot be used. */
export class UnusableSecretError extends Error {
  constructor(problem: string) {
    super(
      `read the webhook's secret: ${problem}. Put a random one into its SSM parameter (openssl rand -hex 32), then repeat webhook install.`,
    );
    this.name = new.target.name;
  }
}

/**
 * A wrong secret may be the new one: then it is read past the cache. But not for every wrong one, or strangers could use
 * up the account's calls of SSM. Milliseconds.
 */
const READ_AGAIN_AFTER = 60_000;

/**
 * Compares in constant time: hashes, which are of the same length whatever was offered.
 *
 * The check throws {@link UnusableSecretError}, and whatever `secret` throws.
 */
export function createSecretCheck({
  secret,
  clock,
}: {
  readonly secret: TokenProvider;
  readonly clock: Pick<Clock, 'now'>;
}): SecretCheck {
  let readAgainAt = Number.NEGATIVE_INFINITY;
  return async (offered) => {
    if (offered === undefined) return false;
    if (isSame(offered, usable(await secret.get()))) return true;
    if (clock.now() < readAgainAt) return false;
    readAgainAt = clock.now() + READ_AGAIN_AFTER;
    return isSame(offered, usable(await secret.refresh()));
  };
}

function usable(text: string): string {
  const secret = text.trim();
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new UnusableSecretError(`it has ${secret.length} characters, and ${MIN_SECRET_LENGTH} are the least`);
}

function isSame(offered: string, secret: string): boolean {
  return timingSafeEqual(hash(offered), hash(secret));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The header in which NocoDB's webhook brings the secret that both sides know. */
export const SECRET_HEADER = 'x-payment-tracker-secret';

/** A secret has so many characters at least; fewer could be guessed. */
export const MIN_SECRET_LENGTH = 16;

import { TokenRejectedError } from '../tracker/errors.ts';
import type { CallNames } from './errors.ts';

/**
 * Port: the source of the API token. The client reads the token for every call and stores it nowhere.
 *
 * Both methods throw {@link TokenUnavailableError} when there is no token to return.
 */
export interface TokenProvider {
  /** Returns the token, possibly from a cache. */
  get(): Promise<string>;
  /** Returns the token from its source without a cache. Called when NocoDB has rejected the token from `get`. */
  refresh(): Promise<string>;
}

/** A token that never changes: for the command line and for tests. */
export function fixedToken(token: string): TokenProvider {
  return { get: async () => token, refresh: async () => token };
}

/** Characters that a header accepts. White space around the token, such as a copied line break, is removed first. */
const TOKEN_PATTERN = /^[\x21-\x7e]+$/;

/**
 * Reads the token and checks that it can be sent.
 *
 * @throws {TokenRejectedError} when it has characters that no token has; the error does not show it
 * @throws {TokenUnavailableError} when it cannot be read
 */
export async function readToken(read: () => Promise<string>, names: CallNames): Promise<string> {
  const token = (await read()).trim();
  if (TOKEN_PATTERN.test(token)) return token;
  throw new TokenRejectedError({
    ...names,
    problem: 'the NocoDB token is empty or holds characters that no token has',
    hint: 'Store the token as NocoDB shows it.',
  });
}

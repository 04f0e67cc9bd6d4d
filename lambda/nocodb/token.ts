import { TokenRejectedError } from '../tracker/errors.ts';
import type { CallNames } from './retry.ts';

/** Port: where the API token comes from. It is read anew for every request and never kept elsewhere. */
export interface TokenProvider {
  /** The token, possibly from a cache. */
  get(): Promise<string>;
  /** The token from its source, past every cache: NocoDB has just rejected the one from `get`. */
  refresh(): Promise<string>;
}

/** A token that never changes: for the command line and for tests. */
export function fixedToken(token: string): TokenProvider {
  return { get: async () => token, refresh: async () => token };
}

/** Characters that may stand in a header; a token copied with a line break at its end is trimmed before. */
const TOKEN_PATTERN = /^[\x21-\x7e]+$/;

/**
 * Gets the token in a form that can be sent.
 *
 * @throws {TokenRejectedError} when it cannot be read or cannot be a token; without showing it
 */
export async function readToken(read: () => Promise<string>, names: CallNames): Promise<string> {
  let problem = 'the NocoDB token is empty or holds characters that no token has';
  let cause: unknown;
  try {
    const token = (await read()).trim();
    if (TOKEN_PATTERN.test(token)) return token;
  } catch (error) {
    problem = 'the NocoDB token could not be read';
    cause = error;
  }
  throw new TokenRejectedError({
    ...names,
    problem,
    hint: 'See whether the token is stored where the tracker reads it, and whether the tracker may read it.',
    cause,
  });
}

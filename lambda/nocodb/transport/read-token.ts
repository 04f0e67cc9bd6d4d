import { TokenRejectedError } from '../../tracker/errors.ts';
import type { CallNames } from './failure.ts';

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
    wayOut:
      'See whether the token is stored where the tracker reads it, and whether the tracker may read it.',
    cause,
  });
}

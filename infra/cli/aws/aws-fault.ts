import { CommandError } from '../errors.ts';

const NO_CREDENTIALS = 'Sign in to AWS (aws sso login, or AWS_PROFILE), or name an emulator with --endpoint.';
const NO_RIGHT = 'Use credentials that may do that, or name what was looked for on the command line.';
const UNREACHABLE =
  'Look at the network, the region (AWS_REGION) and the endpoint (--endpoint, AWS_ENDPOINT_URL).';

/** By the names of the AWS SDK's errors and the codes of Node's. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  CredentialsProviderError: NO_CREDENTIALS,
  ExpiredToken: NO_CREDENTIALS,
  ExpiredTokenException: NO_CREDENTIALS,
  InvalidClientTokenId: NO_CREDENTIALS,
  UnrecognizedClientException: NO_CREDENTIALS,
  AccessDenied: NO_RIGHT,
  AccessDeniedException: NO_RIGHT,
  TimeoutError: UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
};

/**
 * What the AWS SDK threw, as an error that says what to do.
 *
 * @param operation what was being done, as in `read the outputs of stack X`
 */
export function awsFault(operation: string, cause: unknown): CommandError {
  const { name = '', code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  const text = message.split('\n')[0]?.replace(/\.$/, '') || code || name;
  if (/Region is missing/.test(text)) {
    return new CommandError(`${operation}: no region is set`, 'Set AWS_REGION, or AWS_PROFILE.', cause);
  }
  const wayOut = WAYS_OUT[name] ?? WAYS_OUT[code] ?? 'See what AWS says about that error.';
  const kind = name === '' || name === 'Error' ? '' : `${name}: `;
  return new CommandError(`${operation}: ${kind}${text}`, wayOut, cause);
}

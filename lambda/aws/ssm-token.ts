import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { TokenProvider } from '../nocodb/token.ts';

/** A token replaced in SSM is used after so long at the latest; seconds. A rejected one is read again at once. */
const CACHE_SECONDS = 300;

/** The token comes from a SecureString; a tick has no time to wait for a call that hangs. Milliseconds. */
const TIMEOUTS = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true } as const;

/**
 * NocoDB's API token out of an SSM parameter.
 *
 * @param client @default one with short timeouts; region and credentials as the AWS SDK finds them
 */
export function createSsmToken(
  parameterName: string,
  client: SSMClient = new SSMClient({ maxAttempts: 2, requestHandler: TIMEOUTS }),
): TokenProvider {
  const provider = new SSMProvider({ awsSdkV3Client: client });
  const read = async (forceFetch: boolean): Promise<string> =>
    (await provider.get(parameterName, { decrypt: true, maxAge: CACHE_SECONDS, forceFetch })) ?? '';
  return { get: () => read(false), refresh: () => read(true) };
}

import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { TokenProvider } from '../nocodb/token.ts';
import { SDK_LIMITS } from './sdk-limits.ts';

/** A token replaced in SSM is used after this many seconds at the latest. A rejected one is read again at once. */
const CACHE_SECONDS = 300;

/** A tick has no time for a third attempt. */
const MAX_ATTEMPTS = 2;

/**
 * A secret (NocoDB's API token, the webhook's secret) from an SSM parameter of the type SecureString.
 *
 * @param client @default one with {@link SDK_LIMITS} and two attempts; region and credentials as the AWS SDK finds them
 */
export function createSsmToken(
  parameterName: string,
  client: SSMClient = new SSMClient({ ...SDK_LIMITS, maxAttempts: MAX_ATTEMPTS }),
): TokenProvider {
  const provider = new SSMProvider({ awsSdkV3Client: client });
  const read = async (forceFetch: boolean): Promise<string> =>
    (await provider.get(parameterName, { decrypt: true, maxAge: CACHE_SECONDS, forceFetch })) ?? '';
  return { get: () => read(false), refresh: () => read(true) };
}

import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { TokenProvider } from '../nocodb/token.ts';
import { type EventLogger, loggableError } from '../observability/log-observer.ts';
import type { Clock } from '../tracker/clock.ts';
import { TokenUnavailableError } from '../tracker/errors.ts';
import { SDK_LIMITS } from './sdk-limits.ts';

/** A token replaced in SSM is used after this time at the latest, milliseconds. A rejected one is read again at once. */
const FRESH_MS = 300_000;

/** While SSM does not answer, it is asked this often, milliseconds. */
const ASK_AGAIN_MS = 60_000;

/** How long SSM has to answer while there is an older token to go on with, milliseconds: a tick may have 2.4 s. */
const PATIENCE_MS = 1000;

/** A tick has no time for a third attempt. */
const MAX_ATTEMPTS = 2;

export interface SsmTokenOptions {
  readonly parameterName: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Is told when SSM does not answer and the last token stays in use. */
  readonly logger: Pick<EventLogger, 'warn'>;
  /** @default one with {@link SDK_LIMITS} and two attempts; region and credentials as the AWS SDK finds them */
  readonly client?: SSMClient;
}

/**
 * A secret (NocoDB's API token, the webhook's secret) from an SSM parameter of the type SecureString.
 *
 * While SSM cannot be read, the last token stays in use, for as long as NocoDB accepts it and the function's instance
 * lives: the ticks go on. (The `parameters` utility of Powertools forgets a value when it expires, whether it gets another
 * or not.)
 *
 * Its methods throw {@link TokenUnavailableError} when there is no token at all, or none but a rejected one.
 */
export function createSsmToken(options: SsmTokenOptions): TokenProvider {
  const { parameterName, clock, logger } = options;
  const client = options.client ?? new SSMClient({ ...SDK_LIMITS, maxAttempts: MAX_ATTEMPTS });
  let last: string | undefined;
  let readAgainAt = Number.NEGATIVE_INFINITY;

  async function read(problem: string, limit: { readonly abortSignal?: AbortSignal } = {}): Promise<string> {
    const command = new GetParameterCommand({ Name: parameterName, WithDecryption: true });
    try {
      const { Parameter: parameter } = await client.send(command, limit);
      readAgainAt = clock.now() + FRESH_MS;
      last = parameter?.Value ?? '';
      return last;
    } catch (cause) {
      throw unavailable(parameterName, problem, cause);
    }
  }

  return {
    async get() {
      if (last === undefined) return read('it could not be read');
      if (clock.now() < readAgainAt) return last;
      try {
        return await read('it could not be read again', { abortSignal: AbortSignal.timeout(PATIENCE_MS) });
      } catch (error) {
        readAgainAt = clock.now() + ASK_AGAIN_MS;
        logger.warn('🔑 SSM does not give the token; the last one stays in use', {
          error: loggableError(error),
        });
        return last;
      }
    },
    refresh: () => read('the last value was rejected, and it could not be read again'),
  };
}

function unavailable(parameterName: string, problem: string, cause: unknown): TokenUnavailableError {
  const { name, message } = cause as Error;
  return new TokenUnavailableError({
    operation: 'read token',
    target: `SSM parameter ${parameterName}`,
    problem: `${problem} (${[name, message].filter(Boolean).join(': ').replace(/\.$/, '')})`,
    hint: hintFor(name, parameterName),
    cause,
  });
}

/** @param error name of an error of the AWS SDK */
function hintFor(error: string, parameterName: string): string {
  switch (error) {
    case 'ParameterNotFound':
      return `Store it: aws ssm put-parameter --type SecureString --name ${parameterName} --value …`;
    case 'AccessDeniedException':
      return 'Allow the function ssm:GetParameter, and kms:Decrypt if a key of your own encrypts the parameter.';
    default:
      return 'NocoDB is not at fault: see whether AWS reports a disturbance of SSM, and whether the function reaches it. The next tick reads it again.';
  }
}

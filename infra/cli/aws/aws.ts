import { GetAccountSettingsCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { CommandError } from '../console/errors.ts';

/** What a Lambda function returned, or the message of the error that it threw. */
export type FunctionAnswer = { readonly value: unknown } | { readonly error: string };

/**
 * Calls a Lambda function and waits for its answer.
 *
 * @throws {CommandError} when the function cannot be called
 */
export type InvokeFunction = (functionName: string) => Promise<FunctionAnswer>;

export function createInvokeFunction(client: Pick<LambdaClient, 'send'>): InvokeFunction {
  return async (functionName) => {
    const { FunctionError, Payload } = await invoke(client, functionName);
    const answer = JSON.parse(Payload?.transformToString() || 'null') as unknown;
    if (FunctionError === undefined) return { value: answer };
    const { errorMessage = FunctionError } = (answer ?? {}) as { errorMessage?: string };
    return { error: errorMessage };
  };
}

async function invoke(client: Pick<LambdaClient, 'send'>, functionName: string) {
  try {
    return await client.send(new InvokeCommand({ FunctionName: functionName }));
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') {
      throw new CommandError(
        `There is no function ${functionName} in this account and region`,
        'Name it with --function. Check AWS_REGION and AWS_PROFILE.',
        error,
      );
    }
    throw awsFault(`Invoke function ${functionName}`, error);
  }
}

/** How many calls of all functions an account runs at the same time. */
export interface AccountConcurrency {
  /** The account's quota in this region. */
  readonly limit: number;
  /** What is left for functions without a reservation. */
  readonly unreserved: number;
}

/** @throws {CommandError} */
export async function readAccountConcurrency(
  client: Pick<LambdaClient, 'send'>,
): Promise<AccountConcurrency> {
  try {
    const { AccountLimit: account } = await client.send(new GetAccountSettingsCommand());
    const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: unreserved = limit } =
      account ?? {};
    return { limit, unreserved };
  } catch (error) {
    throw awsFault("Read the account's limits of Lambda", error);
  }
}

/** Secrets in SSM. Both methods throw {@link CommandError} when AWS refuses or does not answer. */
export interface ParameterStore {
  /** The value of a SecureString. `undefined` if there is no such parameter. */
  read(name: string): Promise<string | undefined>;
  /** Stores a new SecureString. The parameter must not exist. */
  create(name: string, value: string): Promise<void>;
}

export function createParameterStore(client: Pick<SSMClient, 'send'>): ParameterStore {
  return {
    async read(name) {
      try {
        const { Parameter } = await client.send(
          new GetParameterCommand({ Name: name, WithDecryption: true }),
        );
        return Parameter?.Value;
      } catch (error) {
        if ((error as Error).name === 'ParameterNotFound') return undefined;
        throw awsFault(`Read parameter ${name}`, error);
      }
    },
    async create(name, value) {
      try {
        await client.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }));
      } catch (error) {
        throw awsFault(`Store parameter ${name}`, error);
      }
    },
  };
}

const NO_CREDENTIALS = 'Sign in to AWS (aws sso login, or AWS_PROFILE), or name an emulator with --endpoint.';
const NO_RIGHT = 'Use credentials with that right, or name the resource on the command line.';
const UNREACHABLE =
  'Look at the network, the region (AWS_REGION) and the endpoint (--endpoint, AWS_ENDPOINT_URL).';

/** By the names of the AWS SDK's errors and the codes of Node's. */
const HINTS: Readonly<Record<string, string>> = {
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
 * An error of the AWS SDK as an error with a hint.
 *
 * @param operation what failed, as in `Read the outputs of stack Shop`
 */
export function awsFault(operation: string, cause: unknown): CommandError {
  const { name = '', code = '', message = String(cause) } = cause as NodeJS.ErrnoException;
  const text = message.split('\n')[0]?.replace(/\.$/, '') || code || name;
  if (/Region is missing/.test(text)) {
    return new CommandError(
      `${operation}: no region is set`,
      'Set AWS_REGION, or AWS_PROFILE. For the local stack, use the --endpoint that npm start prints.',
      cause,
    );
  }
  const hint = HINTS[name] ?? HINTS[code] ?? 'See what AWS says about that error.';
  const kind = name === '' || name === 'Error' ? '' : `${name}: `;
  return new CommandError(`${operation}: ${kind}${text}`, hint, cause);
}

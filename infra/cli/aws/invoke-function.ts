import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { CommandError } from '../errors.ts';
import { awsFault } from './aws-fault.ts';

/** What a Lambda function answered: its value, or the message of the error it threw. */
export type FunctionAnswer = { readonly value: unknown } | { readonly error: string };

/**
 * Calls a Lambda function and waits for its answer.
 *
 * @throws {CommandError} when it could not be called
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
        'Name it with --function; look at AWS_REGION and AWS_PROFILE.',
        error,
      );
    }
    throw awsFault(`Invoke function ${functionName}`, error);
  }
}

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AwsClientConfig } from '../emulator/aws-environment.ts';

/** Calls a Lambda function and waits for its answer. */
export type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

/** Calls functions of the emulator. A function that throws makes the call throw, with the function's own words. */
export function createInvoke(aws: AwsClientConfig): Invoke {
  const client = new LambdaClient(aws);
  return async (functionName, event) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
    );
    const answer = JSON.parse(Payload?.transformToString() || 'null') as unknown;
    if (FunctionError === undefined) return answer;
    const { errorMessage = FunctionError } = (answer ?? {}) as { errorMessage?: string };
    throw new Error(`${functionName} failed: ${errorMessage}`);
  };
}

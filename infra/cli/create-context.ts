import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Dispatcher } from 'undici';
import { PaymentTracker } from '../../lambda/client/index.ts';
import type { Variables } from '../../lambda/environment/variable-reader.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import { DEFAULT_STACK_NAME, STACK_NAME_VARIABLE } from '../stack-names.ts';
import { createInvokeFunction } from './aws/invoke-function.ts';
import { locateTable } from './aws/locate-table.ts';
import { createParameterStore } from './aws/parameter-store.ts';
import { readStackOutputs, type StackOutputs } from './aws/stack-outputs.ts';
import type { CommandContext } from './command-context.ts';
import { UsageError } from './errors.ts';
import { openNocoDb } from './nocodb/nocodb-access.ts';
import type { CommonOptions } from './parse-command-line.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface ContextParts {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: Variables;
  readonly catchInterrupt: CommandContext['catchInterrupt'];
  /** Carries the requests to NocoDB. */
  readonly dispatcher: Dispatcher;
}

/** Bytes of a webhook's secret: as many as an HMAC key of SHA-256 has. */
const SECRET_BYTES = 32;

/** What commands work with on this machine. AWS is found as the SDK finds it. */
export function createContext(common: CommonOptions, parts: ContextParts): CommandContext {
  const { env } = parts;
  const stackName = common.stack ?? (env[STACK_NAME_VARIABLE]?.trim() || DEFAULT_STACK_NAME);
  let outputs: Promise<StackOutputs> | undefined;
  const stackOutputs = () => {
    outputs ??= readStackOutputs(new CloudFormationClient(), stackName);
    return outputs;
  };
  return {
    out: parts.out,
    err: parts.err,
    json: common.json,
    clock: systemClock,
    catchInterrupt: parts.catchInterrupt,
    readText,
    payments: async () => new PaymentTracker(await locateTable({ ...common, env, stackOutputs })),
    stackOutputs,
    invokeFunction: createInvokeFunction(new LambdaClient()),
    parameters: createParameterStore(new SSMClient()),
    newSecret: () => randomBytes(SECRET_BYTES).toString('base64url'),
    nocodb: () => openNocoDb(env, { clock: systemClock, random: Math.random, dispatcher: parts.dispatcher }),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

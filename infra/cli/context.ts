import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Dispatcher } from 'undici';
import { PaymentTracker } from '../../lambda/client/index.ts';
import type { Variables } from '../../lambda/settings/read-settings.ts';
import { SETTINGS, VARIABLES } from '../../lambda/settings/settings.ts';
import { type Clock, systemClock } from '../../lambda/tracker/clock.ts';
import {
  createInvokeFunction,
  createParameterStore,
  type InvokeFunction,
  type ParameterStore,
} from './aws.ts';
import { UsageError } from './errors.ts';
import { locateTable, readStackOutputs, type StackOutputs } from './find-table.ts';
import { type NocoDbAccess, type NocoDbAccessOptions, openNocoDb } from './nocodb/nocodb-access.ts';
import type { CommonOptions } from './parse-command-line.ts';
import type { Terminal } from './terminal.ts';

/** The part of the client that commands use. */
export type Payments = Pick<PaymentTracker, 'track' | 'trackMany' | 'untrack' | 'status' | 'getStats'>;

/** Everything outside that commands deal with. What is a function is looked up only by the commands that need it. */
export interface CommandContext {
  /** Results. */
  readonly out: Terminal;
  /** Progress and complaints. */
  readonly err: Terminal;
  /** Whether results are to be JSON. */
  readonly json: boolean;
  readonly clock: Clock;
  /** From now on, the first Ctrl-C does not end the process but aborts this signal. */
  catchInterrupt(): AbortSignal;
  readText(path: string): Promise<string>;

  /** The payments in the table that is meant. @throws {CommandError} when it cannot be found */
  payments(): Promise<Payments>;

  /** The outputs of the stack that is meant. @throws {CommandError} when there is none */
  stackOutputs(): Promise<StackOutputs>;
  readonly invokeFunction: InvokeFunction;
  readonly parameters: ParameterStore;
  /** A new secret that nobody can guess. */
  newSecret(): string;

  /** The configured NocoDB. @throws {SettingsError} with every fault at once */
  nocodb(options?: Pick<NocoDbAccessOptions, 'examine'>): NocoDbAccess;
}

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
  const stackName = common.stack ?? (env[VARIABLES.stackName]?.trim() || SETTINGS.stackName.default);
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
    nocodb: (options) =>
      openNocoDb(env, { clock: systemClock, random: Math.random, dispatcher: parts.dispatcher, ...options }),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { buffer } from 'node:stream/consumers';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { PaymentTracker } from '../../lambda/client/index.ts';
import { checkVariables } from '../../lambda/settings/read-settings.ts';
import { SETTINGS, VARIABLES } from '../../lambda/settings/settings.ts';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { createDocumentClient } from '../../lambda/table/document-client.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { awsEnvironment } from '../local/emulator/aws-environment.ts';
import { openAnnouncements } from './aws/announcements.ts';
import { createInvokeFunction, createParameterStore, readAccountConcurrency } from './aws/aws.ts';
import { locateTable, readStackOutputs, type StackOutputs } from './aws/find-table.ts';
import type { CommandContext } from './commands/context.ts';
import { UsageError } from './console/errors.ts';
import { terminalOn } from './console/terminal.ts';
import { main } from './main.ts';
import { openNocoDb } from './nocodb/nocodb-access.ts';
import type { CommonOptions } from './program.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const { env } = process;

// A reader such as head or less has closed the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const out = terminalOn(process.stdout, env);
const err = terminalOn(process.stderr, env);

const dependencies = { out, err, version: packageJson.version, createContext };
// Not `await`: the package has this file as a CommonJS module.
void main(process.argv.slice(2), dependencies).then((exitCode) => {
  process.exitCode = exitCode;
});

/** What commands work with on this machine. The AWS SDK finds the region and the credentials. */
function createContext(common: CommonOptions): CommandContext {
  if (common.endpoint !== undefined) useEmulator(common.endpoint);
  const stackName = common.stack ?? (env[VARIABLES.stackName]?.trim() || SETTINGS.stackName.default);
  let outputs: Promise<StackOutputs> | undefined;
  const stackOutputs = () => {
    outputs ??= readStackOutputs(new CloudFormationClient(), stackName);
    return outputs;
  };
  const location = () => locateTable({ ...common, env, stackOutputs });
  return {
    out,
    err,
    json: common.json,
    clock: systemClock,
    catchInterrupt,
    readFile: readFileOrInput,
    payments: async () => new PaymentTracker(await location()),
    watchedTables: async () =>
      new DynamoControlItem({ client: createDocumentClient(), ...(await location()) }),
    ...(process.stdin.isTTY && { askYesNo }),
    stackOutputs,
    announcements: async () => openAnnouncements(await stackOutputs()),
    // Only commands that use AWS make a client of it.
    get invokeFunction() {
      return createInvokeFunction(new LambdaClient());
    },
    get parameters() {
      return createParameterStore(new SSMClient());
    },
    webhookSettings,
    accountConcurrency: () => readAccountConcurrency(new LambdaClient()),
    newSecret,
    nocodb: () => openNocoDb(env, { clock: systemClock, random: Math.random }),
  };
}

/** Settings that are wrong are reported by the command that needs them. */
function webhookSettings() {
  const { webhookSecretParameter, webhookMaxConcurrency } = checkVariables(env, 'stack').values;
  return webhookSecretParameter === undefined ? undefined : { maxConcurrency: webhookMaxConcurrency };
}

/** The AWS SDK reads its variables itself. A profile would take precedence over the emulator's credentials. */
function useEmulator(endpoint: string): void {
  for (const name of Object.keys(env)) if (name.startsWith('AWS_')) delete env[name];
  Object.assign(env, awsEnvironment(endpoint));
}

/** The second Ctrl-C ends the process as usual. */
function catchInterrupt(): AbortSignal {
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  return interruption.signal;
}

/** Only a `y` or `yes` agrees. */
async function askYesNo(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}

async function readFileOrInput(path: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path} cannot be read (${code})`, undefined, error);
  }
}

/** 256 random bits, as many as a key of HMAC-SHA-256 has. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

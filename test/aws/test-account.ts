import { join } from 'node:path';
import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { EMULATOR_CONTEXT } from '../../infra/constructs/loopback-warning.ts';
import { openTracker } from '../../infra/local/deployment/deploy-tracker.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { type Account, checkIsFree } from './account.ts';
import { openNocoDb } from './nocodb/nocodb.ts';
import type { AwsReport } from './report.ts';
import { Scenarios } from './scenarios.ts';
import { deleteStack, deployStack } from './stacks.ts';

export interface TestOptions {
  /** Name of the stack. The demo NocoDB has a stack of its own, and parameters have names, that begin with it. */
  readonly stackName: string;
  readonly minutes: number;
  readonly payments: number;
  readonly intervalSeconds: number;
  readonly signal: AbortSignal;
  /** Gets everything that must be removed at the end. */
  readonly started: AsyncDisposableStack;
  readonly say: (progress: string) => void;
}

/**
 * Deploys the tracker, and runs every scenario.
 *
 * @throws {StartError} if something cannot be deployed
 * @throws {Error} if something is not as it should be
 */
export async function testAccount(account: Account, options: TestOptions): Promise<AwsReport> {
  const { stackName, minutes, payments, intervalSeconds, signal, started, say } = options;
  const nocodbStack = `${stackName}-nocodb`;
  for (const name of [stackName, nocodbStack]) await checkIsFree(account, name);
  say(`deploying to ${account.emulator ?? 'AWS'}: ${stackName}`);
  const nocodb = await openNocoDb(account, process.env, { stackName: nocodbStack, signal, started });
  say(`NocoDB: ${nocodb.description}`);
  const records: string[] = [];
  started.defer(() => (records.length > 0 ? nocodb.remove(records) : undefined));

  // SSM refuses names that begin with aws.
  const parameters = `/payment-tracker/${stackName}`;
  const tokenParameter = `${parameters}/nocodb-api-token`;
  const secretParameter = `${parameters}/webhook-secret`;
  const ssm = new SSMClient(account.aws);
  started.defer(async () => {
    await ssm.send(new DeleteParametersCommand({ Names: [tokenParameter, secretParameter] }));
  });
  await ssm.send(
    new PutParameterCommand({
      Name: tokenParameter,
      Type: 'SecureString',
      Value: nocodb.token,
      Overwrite: true,
    }),
  );

  const variables = {
    ...nocodb.variables,
    [VARIABLES.stackName]: stackName,
    [VARIABLES.demo]: 'true',
    [VARIABLES.intervalSeconds]: String(intervalSeconds),
    [VARIABLES.tokenParameterName]: tokenParameter,
    [VARIABLES.webhookSecretParameter]: secretParameter,
  };
  const deploy = (more: Readonly<Record<string, string>> = {}) =>
    deployStack(account, {
      app: join(import.meta.dirname, '../../infra/app.ts'),
      stackName,
      variables: { ...variables, ...more },
      context: account.emulator === undefined ? [] : [`${EMULATOR_CONTEXT}=true`],
      signal,
    });
  const destroy = () => deleteStack(account, stackName);
  started.defer(destroy);
  const deployed = await timed(() => deploy());
  say(`deployed in ${deployed.toFixed(0)} s`);
  const scenarios = new Scenarios({
    account,
    nocodb,
    deployed: await openTracker(account.aws, variables),
    signal,
    say,
    records,
  });

  const { delay, announcement } = await scenarios.confirmations(payments);
  say(`${payments} payments were confirmed and announced; measuring ticks for ${minutes} min`);
  const ticks = await scenarios.ticks(minutes);
  say(`${ticks.ticks} ticks ran`);
  const webhookDelay = await scenarios.webhook(payments);
  say('the webhook confirms');
  const alarm = await scenarios.alarm();
  if (alarm !== undefined) say(`the alarm arrived after ${alarm.toFixed(0)} s; deploying a new version`);
  const updated = await timed(() => scenarios.update(() => deploy({ [VARIABLES.paidDays]: '31' })));
  say('the new version lost nothing; deleting the stack');
  const deleted = await timed(destroy);
  const place = account.emulator === undefined ? `AWS, ${new Date().toISOString().slice(0, 10)}` : 'emulator';
  return {
    place,
    intervalSeconds,
    minutes,
    ticks,
    delay,
    announcement,
    webhookDelay,
    alarm,
    deployed,
    updated,
    deleted,
  };
}

/** @returns seconds */
async function timed(work: () => Promise<void>): Promise<number> {
  const begin = Date.now();
  await work();
  return (Date.now() - begin) / 1000;
}

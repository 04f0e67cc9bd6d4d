import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { variableNames } from '../../../lambda/settings/read-settings.ts';
import { EMULATOR_CONTEXT } from '../../constructs/loopback-warning.ts';
import { awsClientConfig, LOCAL_ACCOUNT, LOCAL_REGION } from '../emulator/aws-environment.ts';
import type { Emulator } from '../emulator/emulator.ts';
import { type CdkOptions, cdk } from './cdk.ts';

export interface DeployOptions extends CdkOptions {
  /** The emulator to deploy to. The app is synthesized while the emulator starts. */
  readonly emulator: Promise<Emulator>;
  /** The settings of the app, as on AWS: `NOCODB_API_URL`, `INTERVAL_SECONDS`, … */
  readonly variables: Readonly<Record<string, string>>;
  /** NocoDB's API token, and the name of the SSM parameter that holds it. */
  readonly token: { readonly value: string; readonly parameterName: string };
}

const PROJECT = join(import.meta.dirname, '../../..');

/** Blank variables count as absent, so no setting comes from the environment of this process or from `.env`. */
const UNSET = Object.fromEntries(variableNames('stack').map((name) => [name, '']));

/**
 * Deploys the CDK app to an emulator in the same way as to AWS: bootstrap, token, `cdk deploy`.
 *
 * @throws {StartError} if the CDK or the emulator fails
 */
export async function deploy(options: DeployOptions): Promise<void> {
  // Synchronous calls until `emulator` is awaited: a rejection before that would be unhandled.
  rmSync(options.logFile, { force: true });
  const folder = mkdtempSync(join(tmpdir(), 'payment-tracker-'));
  try {
    const assembly = join(folder, 'cdk.out');
    const [emulator] = await Promise.all([
      prepareEmulator(options, folder),
      cdk(
        ['synth', '--quiet', '--output', assembly, '--context', `${EMULATOR_CONTEXT}=true`],
        { cwd: PROJECT, env: { ...UNSET, ...options.variables } },
        options,
      ),
    ]);
    await cdk(
      ['deploy', '--all', '--app', assembly, '--require-approval', 'never'],
      { cwd: folder, env: emulator.env },
      options,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepareEmulator(options: DeployOptions, folder: string): Promise<Emulator> {
  const emulator = await options.emulator;
  await putToken(emulator, options.token);
  await bootstrap(emulator, { ...options, folder });
  return emulator;
}

/**
 * Bootstraps the CDK in an emulator. Does nothing if that is done already; two at the same time get in each other's way.
 *
 * @throws {StartError} if the CDK fails
 */
export async function bootstrap(
  emulator: Emulator,
  { folder, ...options }: CdkOptions & { readonly folder: string },
): Promise<void> {
  await cdk(
    ['bootstrap', `aws://${LOCAL_ACCOUNT}/${LOCAL_REGION}`],
    { cwd: folder, env: emulator.env },
    options,
  );
}

async function putToken(emulator: Emulator, { value, parameterName }: DeployOptions['token']): Promise<void> {
  const client = new SSMClient(awsClientConfig(emulator.endpoint));
  await client.send(
    new PutParameterCommand({ Name: parameterName, Type: 'SecureString', Value: value, Overwrite: true }),
  );
  client.destroy();
}

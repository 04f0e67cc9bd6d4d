import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { TRACKER_VARIABLES } from '../../../lambda/environment/tracker-settings.ts';
import { NOCODB_VARIABLES } from '../../../lambda/nocodb/settings.ts';
import { APP_VARIABLES } from '../../settings.ts';
import { awsClientConfig, LOCAL_ACCOUNT, LOCAL_REGION } from '../emulator/aws-environment.ts';
import type { Emulator } from '../emulator/emulator.ts';
import { type CdkOptions, cdk } from './cdk.ts';

export interface DeployOptions extends CdkOptions {
  /** Where to; it may still be starting, the app is synthesized meanwhile. */
  readonly emulator: Promise<Emulator>;
  /** The app's settings, as on AWS: `NOCODB_API_URL`, `INTERVAL_SECONDS`, … */
  readonly variables: Readonly<Record<string, string>>;
  /** NocoDB's API token, and the name of the SSM parameter it belongs into. */
  readonly token: { readonly value: string; readonly parameterName: string };
}

const PROJECT = join(import.meta.dirname, '../../..');

/** Blank counts as unset: what is not given here must not come from this process' environment or from `.env` either. */
const UNSET = Object.fromEntries(
  [NOCODB_VARIABLES, TRACKER_VARIABLES, APP_VARIABLES]
    .flatMap(Object.values<string>)
    .map((name) => [name, '']),
);

/**
 * Deploys the CDK app to the emulator as it would be deployed to AWS: bootstrap, token, `cdk deploy`.
 *
 * @throws {StartError} when the CDK fails
 */
export async function deploy(options: DeployOptions): Promise<void> {
  // Nothing is awaited before the emulator: its failure needs somebody who listens.
  rmSync(options.logFile, { force: true });
  const folder = mkdtempSync(join(tmpdir(), 'payment-tracker-'));
  try {
    const assembly = join(folder, 'cdk.out');
    const [emulator] = await Promise.all([
      prepare(options, folder),
      cdk(
        ['synth', '--quiet', '--output', assembly],
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

async function prepare(options: DeployOptions, folder: string): Promise<Emulator> {
  const emulator = await options.emulator;
  await putToken(emulator, options.token);
  await cdk(
    ['bootstrap', `aws://${LOCAL_ACCOUNT}/${LOCAL_REGION}`],
    { cwd: folder, env: emulator.env },
    options,
  );
  return emulator;
}

async function putToken(emulator: Emulator, { value, parameterName }: DeployOptions['token']): Promise<void> {
  const client = new SSMClient(awsClientConfig(emulator.endpoint));
  await client.send(
    new PutParameterCommand({ Name: parameterName, Type: 'SecureString', Value: value, Overwrite: true }),
  );
  client.destroy();
}

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { variableNames } from '../../../lambda/settings/read-settings.ts';
import { EMULATOR_CONTEXT } from '../../constructs/loopback-warning.ts';
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

/** Blank variables count as absent: with these, no setting comes from the environment of this process or from `.env`. */
const UNSET = Object.fromEntries(variableNames('stack').map((name) => [name, '']));

/** The outputs of each stack that was deployed. */
export type StackOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Deploys the CDK app to the emulator as it would be deployed to AWS: bootstrap, token, `cdk deploy`.
 *
 * @throws {StartError} when the CDK fails
 */
export async function deploy(options: DeployOptions): Promise<StackOutputs> {
  // Nothing is awaited before the emulator: its failure needs somebody who listens.
  rmSync(options.logFile, { force: true });
  const folder = mkdtempSync(join(tmpdir(), 'payment-tracker-'));
  try {
    const assembly = join(folder, 'cdk.out');
    const [emulator] = await Promise.all([
      prepare(options, folder),
      cdk(
        ['synth', '--quiet', '--output', assembly, '--context', `${EMULATOR_CONTEXT}=true`],
        { cwd: PROJECT, env: { ...UNSET, ...options.variables } },
        options,
      ),
    ]);
    const outputs = join(folder, 'outputs.json');
    await cdk(
      ['deploy', '--all', '--app', assembly, '--require-approval', 'never', '--outputs-file', outputs],
      { cwd: folder, env: emulator.env },
      options,
    );
    return JSON.parse(await readFile(outputs, 'utf8')) as StackOutputs;
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

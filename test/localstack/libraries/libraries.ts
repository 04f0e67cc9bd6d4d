import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';
import { installDynamoDb, installJsonata } from './java.ts';
import { succeed } from './succeed.ts';

/** The place of each program in LocalStack's folder of libraries. LocalStack downloads those that are missing there. */
const DYNAMODB = 'dynamodb-local/2';
const JSONATA = 'jsonata/0.9.7';
const JRE = 'java/21';
/** The emulator of Kinesis, in which LocalStack keeps the records of DynamoDB streams. */
const KINESIS = 'kinesis-local/0.5.2';

/** Installs LocalStack's programs in a folder. */
export async function installLibraries(folder: string, run: RunCommand): Promise<void> {
  const kinesis = join(folder, KINESIS);
  await installJsonata(join(folder, JSONATA), run);
  await installDynamoDb(join(folder, DYNAMODB), run);
  await mkdir(kinesis, { recursive: true });
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await succeed(run, {
    file: 'npm',
    args: [...npm, '--prefix', kinesis, KINESIS.replace('/', '@')],
  });
}

/** Links them, and the Java that runs them, into the folder of libraries `to` of a LocalStack. */
export async function linkLibraries(from: string, to: string, jdk: string): Promise<void> {
  const libraries = [DYNAMODB, JSONATA, KINESIS].map((name) => [name, join(from, name)] as const);
  for (const [name, target] of [...libraries, [JRE, jdk] as const]) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await symlink(target, join(to, name));
  }
}

import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';
import { installDynamoDb, installJsonata } from './java.ts';
import { succeed } from './succeed.ts';

/** Where LocalStack looks for each, in its folder of libraries. What it does not find there, it would download. */
const DYNAMODB = 'dynamodb-local/2';
const JSONATA = 'jsonata/0.9.7';
const JRE = 'java/21';
/** What keeps the records of DynamoDB's streams. */
const KINESIS = 'kinesis-local/0.5.2';

/** Puts LocalStack's libraries into a folder. */
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

/** Shows them to the LocalStack whose folder of libraries is `to`, with the Java that runs them. */
export async function linkLibraries(from: string, to: string, jdk: string): Promise<void> {
  const libraries = [DYNAMODB, JSONATA, KINESIS].map((name) => [name, join(from, name)] as const);
  for (const [name, target] of [...libraries, [JRE, jdk] as const]) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await symlink(target, join(to, name));
  }
}

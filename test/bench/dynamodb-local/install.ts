import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';

const POM = join(import.meta.dirname, 'pom.xml');

/**
 * Installs DynamoDB Local, AWS's own engine, with Maven into a folder that git ignores; once.
 *
 * @param report tells a person what takes time
 * @returns the folder of its jars; `undefined` where there is no Java or no Maven
 * @throws {Error} when Maven fails
 */
export async function installDynamoDbLocal(report: (progress: string) => void): Promise<string | undefined> {
  if (!(await isInstalled('java', '-version')) || !(await isInstalled('mvn', '--version'))) return undefined;
  const home = join(CACHE, `dynamodb-local-${await pinnedVersion()}`);
  if (existsSync(home)) return home;

  report(`Installing DynamoDB Local into ${home}, once`);
  const unfinished = `${home}.${randomUUID()}`;
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`, '-DincludeScope=runtime'];
  const { code, output } = await runCommand({
    file: 'mvn',
    args: ['--quiet', '--batch-mode', '--file', POM, ...goal],
  });
  if (code === 0) {
    await rename(unfinished, home);
    return home;
  }
  await rm(unfinished, { recursive: true, force: true });
  throw new Error(`Maven did not install DynamoDB Local: ${output.slice(-1000)}`);
}

async function isInstalled(file: string, version: string): Promise<boolean> {
  return (await runCommand({ file, args: [version] })).code === 0;
}

async function pinnedVersion(): Promise<string> {
  const pom = await readFile(POM, 'utf8');
  const version = /<artifactId>DynamoDBLocal<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error(`${POM} does not pin DynamoDB Local`);
  return version;
}

import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunCommand } from '../../../infra/local/process/run-command.ts';
import { succeed } from './succeed.ts';

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const MAIN_CLASS = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
/** The jars of DynamoDB Local, in its folder. */
const JARS = 'DynamoDBLocal_lib';

/** Downloads the library with which Step Functions evaluates JSONata. */
export async function installJsonata(folder: string, run: RunCommand): Promise<void> {
  await fetchJars('jsonata.pom.xml', folder, run);
}

/** Downloads DynamoDB Local, and builds from it the files that LocalStack starts. */
export async function installDynamoDb(folder: string, run: RunCommand): Promise<void> {
  await fetchJars('dynamodb-local.pom.xml', join(folder, JARS), run);
  await nameNativeLibraries(join(folder, JARS));
  const scratch = await mkdtemp(join(tmpdir(), 'localstack-java-'));
  try {
    await buildServer(folder, scratch, run);
    await buildAgent(folder, scratch, run);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function fetchJars(pom: string, folder: string, run: RunCommand): Promise<void> {
  const file = join(import.meta.dirname, pom);
  await succeed(run, {
    file: 'mvn',
    args: ['--batch-mode', '--quiet', '--file', file, COPY, `-DoutputDirectory=${folder}`],
  });
}

/** Java finds native libraries by their names without a version. */
async function nameNativeLibraries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, bare, ending] = /^(libsqlite4java-.+?)-[\d.]+\.(so|dylib)$/.exec(name) ?? [];
    if (bare !== undefined) await rename(join(folder, name), join(folder, `${bare}.${ending}`));
  }
}

/** A jar whose class path is the other jars, like the one in the download from AWS. */
async function buildServer(folder: string, scratch: string, run: RunCommand): Promise<void> {
  const jars = (await readdir(join(folder, JARS))).filter((name) => name.endsWith('.jar'));
  const manifest = join(scratch, 'server.txt');
  const path = jars.map((jar) => `\n  ${JARS}/${jar}`).join('');
  await writeFile(manifest, `Main-Class: ${MAIN_CLASS}\nClass-Path: .${path}\n`);
  await succeed(run, { file: 'jar', args: ['cfm', join(folder, 'DynamoDBLocal.jar'), manifest] });
}

async function buildAgent(folder: string, scratch: string, run: RunCommand): Promise<void> {
  const manifest = join(scratch, 'agent.txt');
  await writeFile(manifest, 'Premain-Class: NoChange\n');
  await succeed(run, { file: 'javac', args: ['-d', scratch, join(import.meta.dirname, 'NoChange.java')] });
  const jar = join(folder, 'ddb-local-loader-0.1.jar');
  await succeed(run, { file: 'jar', args: ['cfm', jar, manifest, '-C', scratch, 'NoChange.class'] });
}

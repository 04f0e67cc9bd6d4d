/**
 * Changes the code in one place at a time, and runs the tests after each change: `npm run test:mutation`. A change that no
 * test notices shows what the tests do not check.
 *
 * `npm run test:mutation -- webhook notify` runs only these subjects. With `--files GLOB`, only these files of one subject.
 *
 * Stryker makes the mutants. Its command runner starts the tests anew for each of them, because its runner for Vitest
 * reports mutants as survivors that Vitest 5 kills.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'test/mutation';

/** Percent of the mutants that the tests must notice. */
const TARGET = 92;

/** A part of Stryker's report in JSON. */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { files: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !SUBJECTS.some((subject) => subject.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such subject: ${unknown.join(', ')}; there are ${SUBJECTS.map(({ name }) => name).join(', ')}`,
    );
  }
  const chosen = SUBJECTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (!existsSync(`${ROOT}/${FOLDER}/node_modules`)) await run('npm', ['ci', '--prefix', FOLDER]);
  await mkdir(`${ROOT}/.cache`, { recursive: true });
  const scores: string[] = [];
  for (const subject of chosen) {
    scores.push(await mutate(values.files === undefined ? subject : { ...subject, mutate: [values.files] }));
  }
  console.log(['', '| Subject | Mutants | Noticed |', '|---|---:|---:|', ...scores].join('\n'));
}

/** Runs all mutants of a subject. Returns its row of the table. */
async function mutate(subject: Subject): Promise<string> {
  const { name, tests, emulator: needsEmulator = false } = subject;
  const report = `.cache/mutation-${name}.json`;
  const config = `.cache/stryker-${name}.json`;
  const options = {
    mutate: subject.mutate,
    testRunner: 'command',
    commandRunner: { command: `npx vitest run --config ${FOLDER}/vitest.config.ts ${tests.join(' ')}` },
    ignorePatterns: ['.cache', 'cdk.out', 'dist', `${FOLDER}/node_modules`],
    // TypeScript 7 has no interface to rewrite its settings with, and the tests need none.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    concurrency: availableParallelism(),
    timeoutMS: 30_000,
    reporters: ['clear-text', 'json'],
    clearTextReporter: { reportTests: false, allowColor: false },
    jsonReporter: { fileName: report },
    tempDirName: `.cache/stryker-${name}`,
  };
  await writeFile(`${ROOT}/${config}`, JSON.stringify(options, null, 2));
  const emulator = needsEmulator
    ? await startEmulator({ name: 'mutation', report: (text) => console.log(text) })
    : undefined;
  try {
    const env = emulator && { MUTATION_AWS_ENDPOINT: emulator.endpoint };
    await run(`${FOLDER}/node_modules/.bin/stryker`, ['run', config], env);
  } finally {
    await emulator?.stop();
  }
  const { files } = JSON.parse(await readFile(`${ROOT}/${report}`, 'utf8')) as Report;
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const noticed = statuses.filter((status) => status === 'Killed' || status === 'Timeout').length;
  const counted = noticed + statuses.filter((status) => status === 'Survived').length;
  const percent = (100 * noticed) / counted;
  if (percent < TARGET) process.exitCode = 1;
  return `| ${name} | ${counted} | ${percent.toFixed(1)} % |`;
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}`);
}

await main();

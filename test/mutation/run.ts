/**
 * Changes the code in one place at a time, and runs the tests after each change: `npm run test:mutation`. A change that no
 * test notices shows what the tests do not check.
 *
 * `npm run test:mutation -- webhook notify` runs only these subjects. With `--files GLOB`, only these files of one subject.
 * `--sample N` tests only so many mutants of each subject, chosen at random, but the same ones each time. `--concurrency N`
 * tests so many at the same time. The default is one for each processor.
 *
 * Stryker makes the mutants. Its runners are not used: the one for Vitest reports mutants as survivors that Vitest 5 kills,
 * and the one for commands takes seconds to start the tests for each mutant.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmulator } from '../../infra/local/emulator/start-emulator.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';
import { createRandom } from '../simulation/random.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { SUBJECTS, type Subject } from './subjects.ts';
import type { Reply } from './worker.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const FOLDER = 'test/mutation';

/** Percent of the mutants that the tests must notice. */
const TARGET = 92;

/** Tests with a mutant do not end when they take longer than without it by this factor and this many seconds. */
const PATIENCE = { factor: 2, seconds: 10 } as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { files: { type: 'string' }, sample: { type: 'string' }, concurrency: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !SUBJECTS.some((subject) => subject.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such subject: ${unknown.join(', ')}; there are ${SUBJECTS.map(({ name }) => name).join(', ')}`,
    );
  }
  const chosen = SUBJECTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (!existsSync(`${ROOT}/${FOLDER}/node_modules`)) await install();
  const concurrency = Number(values.concurrency ?? availableParallelism());
  const most = Number(values.sample ?? Number.POSITIVE_INFINITY);
  const rows: string[] = [];
  for (const subject of chosen) {
    const mutated = values.files === undefined ? subject : { ...subject, mutate: [values.files] };
    rows.push(await testSubject(mutated, most, concurrency));
  }
  console.log(['', '| Subject | Mutants | Noticed |', '|---|---:|---:|', ...rows].join('\n'));
}

/** Tests the mutants of a subject, and prints those that no test notices. Returns its row of the table. */
async function testSubject(subject: Subject, most: number, concurrency: number): Promise<string> {
  const { name, tests, expressions = [], except = [], emulator: needsEmulator = false } = subject;
  const paths: string[] = [];
  for await (const path of glob(subject.mutate, { cwd: ROOT, exclude: except })) paths.push(path);
  const inFiles = await Promise.all(
    paths.toSorted().map((path) => mutantsOf(ROOT, path, expressions.includes(path))),
  );
  const mutants = inFiles.flat();
  const queue = sample(mutants, most);
  const total = queue.length;
  console.log(`${name}: ${total} of ${mutants.length} mutants in ${paths.length} files`);
  const emulator = needsEmulator
    ? await startEmulator({ name: 'mutation', report: (text) => console.log(text) })
    : undefined;
  const env = { ...process.env, ...(emulator && { MUTATION_AWS_ENDPOINT: emulator.endpoint }) };
  const results: ('noticed' | 'endless' | 'survived')[] = [];
  const testQueue = async () => {
    let worker: Worker | undefined;
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      worker ??= await startWorker(tests, env);
      const result = await testMutant(worker, mutant);
      results.push(result);
      if (result === 'survived') await printMutant(mutant);
      if (result === 'endless') worker = undefined;
      if (results.length % 100 === 0) console.log(`${name}: ${results.length} of ${total}`);
    }
    if (worker === undefined) return;
    worker.child.disconnect();
    await once(worker.child, 'exit');
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, testQueue));
  } finally {
    await emulator?.stop();
  }
  const noticed = results.filter((result) => result !== 'survived').length;
  const percent = (100 * noticed) / total;
  if (percent < TARGET) process.exitCode = 1;
  return `| ${name} | ${total} | ${percent.toFixed(1)} % |`;
}

/** The first of a random order, which a constant seed makes the same each time. */
function sample<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const random = createRandom(1);
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ item }) => item);
}

interface Worker {
  readonly child: ChildProcess;
  /** How long the tests may take with a mutant. */
  readonly milliseconds: number;
}

async function startWorker(tests: readonly string[], env: NodeJS.ProcessEnv): Promise<Worker> {
  const child = fork(`${ROOT}/${FOLDER}/worker.ts`, [ROOT, ...tests], { env, cwd: ROOT });
  const reply = await nextReply(child);
  if (reply?.type !== 'ready') throw new Error('the tests fail without a mutant');
  return { child, milliseconds: 1000 * (PATIENCE.factor * reply.seconds + PATIENCE.seconds) };
}

/** A mutant whose tests do not end is noticed too; its worker is ended. */
async function testMutant({ child, milliseconds }: Worker, mutant: Mutant) {
  child.send(mutant);
  const reply = await nextReply(child, milliseconds);
  if (reply === undefined) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    return 'endless';
  }
  return reply.type === 'result' && reply.isNoticed ? 'noticed' : 'survived';
}

/** The next message, or `undefined` when the worker ends first or the time is over. */
async function nextReply(child: ChildProcess, milliseconds?: number): Promise<Reply | undefined> {
  const end = new AbortController();
  const abort = () => end.abort();
  const timer = milliseconds === undefined ? undefined : setTimeout(abort, milliseconds);
  child.once('exit', abort);
  try {
    const [reply] = (await once(child, 'message', { signal: end.signal })) as [Reply];
    return reply;
  } catch (error) {
    if (end.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
    child.off('exit', abort);
  }
}

async function printMutant({ path, start, end, replacement }: Mutant): Promise<void> {
  const source = await readFile(`${ROOT}/${path}`, 'utf8');
  const line = source.slice(0, start).split('\n').length;
  console.log(`[Survived] ${path}:${line}\n-  ${source.slice(start, end)}\n+  ${replacement}`);
}

async function install(): Promise<void> {
  const { code, output } = await runCommand({ file: 'npm', args: ['ci', '--prefix', FOLDER], cwd: ROOT });
  if (code !== 0) throw new Error(`npm ci of ${FOLDER} ended with ${code}:\n${output}`);
}

await main();

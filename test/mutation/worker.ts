/** Runs the tests of one subject for one mutant after another. `run.ts` starts it and sends it the mutants. */
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { type Mutant, mutate } from './mutants.ts';

/** What the worker sends: first that the tests pass without a mutant and how long they take, then each result. */
export type Reply =
  | { readonly type: 'ready'; readonly seconds: number }
  | { readonly type: 'result'; readonly isNoticed: boolean };

const [root = '', ...tests] = process.argv.slice(2);

let mutant: Mutant | undefined;

/** Puts the mutant into its file as the file is loaded. */
const plugin = {
  name: 'mutant',
  enforce: 'pre' as const,
  transform: (source: string, id: string) =>
    mutant !== undefined && id === `${root}/${mutant.path}` ? mutate(source, mutant) : undefined,
};

async function main(): Promise<void> {
  const vitest = await createVitest(
    'test',
    { config: `${root}/test/mutation/vitest.config.ts`, watch: false },
    { plugins: [plugin] },
  );
  let specifications = await quickestFirst(vitest, await vitest.globTestSpecifications(tests));
  process.on('disconnect', () => process.exit());
  process.on('message', async (next: Mutant) => {
    mutant = next;
    vitest.invalidateFile(`${root}/${next.path}`);
    const { isPassed, failed } = await run(vitest, specifications);
    mutant = undefined;
    vitest.invalidateFile(`${root}/${next.path}`);
    // The next mutant is likely to be one of the same file, and noticed by the same tests.
    specifications = specifications.toSorted((a, b) => Number(failed.has(b)) - Number(failed.has(a)));
    send({ type: 'result', isNoticed: !isPassed });
  });
}

/** @throws {Error} when the tests fail without a mutant */
async function quickestFirst(
  vitest: Vitest,
  specifications: TestSpecification[],
): Promise<TestSpecification[]> {
  const durations = new Map<TestSpecification, number>();
  for (const specification of specifications) {
    const start = performance.now();
    if (!(await run(vitest, [specification])).isPassed)
      throw new Error(`${specification.moduleId} fails without a mutant`);
    durations.set(specification, performance.now() - start);
  }
  const start = performance.now();
  const sorted = specifications.toSorted((a, b) => (durations.get(a) ?? 0) - (durations.get(b) ?? 0));
  await run(vitest, sorted);
  send({ type: 'ready', seconds: (performance.now() - start) / 1000 });
  return sorted;
}

interface Outcome {
  readonly isPassed: boolean;
  /** Of which files a test failed. */
  readonly failed: ReadonlySet<TestSpecification>;
}

async function run(vitest: Vitest, specifications: readonly TestSpecification[]): Promise<Outcome> {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([...specifications]);
  const ids = new Set(testModules.filter((module) => !module.ok()).map(({ moduleId }) => moduleId));
  const failed = new Set(specifications.filter(({ moduleId }) => ids.has(moduleId)));
  return { isPassed: unhandledErrors.length === 0 && ids.size === 0, failed };
}

function send(reply: Reply): void {
  process.send?.(reply);
}

await main();

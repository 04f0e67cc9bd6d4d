import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { EXPRESSION_MUTANT, expressionMutantPlugin } from './expression-mutants.ts';

/** For one mutant: the tests run one after another in one process, and the first that fails ends the run. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [expressionMutantPlugin()],
  test: {
    include: ['test/unit/**/*.test.ts', 'test/table/**/*.test.ts'],
    // Thousands of random faults, and programs that are started: too slow to repeat for each mutant.
    exclude: ['test/unit/tracker/faults.test.ts', 'test/unit/**/readme.test.ts'],
    // The cache does not know which mutant a file contains: with it, all of them would be the first.
    fsModuleCache: process.env[EXPRESSION_MUTANT] === undefined,
    setupFiles: ['test/mutation/setup.ts'],
    globalSetup: ['test/mutation/global-setup.ts'],
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
    fileParallelism: false,
    bail: 1,
    reporters: ['dot'],
    testTimeout: 30_000,
  },
});

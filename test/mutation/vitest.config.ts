import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** For one mutant: the tests run one after another in one process, and the first that fails ends the run. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/unit/**/*.test.ts', 'test/table/**/*.test.ts'],
    // It tries thousands of random faults: too slow to repeat for each mutant.
    exclude: ['test/unit/tracker/faults.test.ts'],
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

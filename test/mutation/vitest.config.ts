import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests run one after another in one thread, in the order given, and the first that fails ends the run. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/unit/**/*.test.ts', 'test/table/**/*.test.ts'],
    // Thousands of random faults, and programs that are started: too slow to repeat for each mutant.
    exclude: ['test/unit/tracker/faults.test.ts', 'test/unit/**/readme.test.ts'],
    setupFiles: ['test/mutation/setup.ts'],
    globalSetup: ['test/mutation/global-setup.ts'],
    // The cache knows a file by its text on the disk, and the mutant is not on the disk.
    fsModuleCache: false,
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
    fileParallelism: false,
    sequence: {
      sequencer: class {
        sort<T>(files: T): T {
          return files;
        }
        shard<T>(files: T): T {
          return files;
        }
      },
    },
    bail: 1,
    reporters: [{}],
    testTimeout: 20_000,
  },
});

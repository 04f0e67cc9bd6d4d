import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What `npm run test:localstack` runs: what `npm test` runs on MiniStack, on the real LocalStack. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'localstack',
    globalSetup: ['test/localstack/global-setup.ts'],
    include: ['test/table/**/*.test.ts', 'test/local/**/*.test.ts'],
    exclude: [
      // LocalStack looks at an alarm once in all the periods together that it spans: each five minutes, for some.
      'test/local/alarms.test.ts',
      // They start MiniStack; `npm start` on an emulator that runs already is in running-emulator.test.ts.
      'test/local/npm-start.test.ts',
    ],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});

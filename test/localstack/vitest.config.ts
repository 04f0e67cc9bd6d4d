import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:localstack`: the tests that `npm test` runs on MiniStack, on the real LocalStack. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'localstack',
    globalSetup: ['test/localstack/global-setup.ts', 'test/local/bootstrap.ts'],
    include: ['test/table/**/*.test.ts', 'test/local/**/*.test.ts'],
    exclude: [
      // LocalStack evaluates an alarm only once in all its periods together, for some alarms every five minutes.
      'test/local/alarms.test.ts',
      // They start MiniStack. running-emulator.test.ts tests `npm start` on a running emulator.
      'test/local/npm-start.test.ts',
      'test/local/second-terminal.test.ts',
    ],
    // These tests mostly wait.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 300_000,
  },
});

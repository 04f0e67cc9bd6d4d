import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** As many files at the same time as there are processors. These tests begin first. */
const computing = { maxWorkers: Math.max(2, availableParallelism()), sequence: { groupOrder: 0 } };

/** Tests that use an emulator of AWS mostly wait, so more files run at the same time than there are processors. */
const emulated = {
  globalSetup: ['test/local/global-setup.ts'],
  maxWorkers: 1 + availableParallelism(),
  sequence: { groupOrder: 1 },
  testTimeout: 240_000,
  hookTimeout: 300_000,
};

/** Tests that deploy the stack to the emulator. */
const deployed = { ...emulated, globalSetup: [...emulated.globalSetup, 'test/local/bootstrap.ts'] };

/**
 * The projects of `npm test`. `table`, `local`, `alarms` and `aws` start one emulator each. `alarms` and `aws` have their own
 * because the faults of other tests would set off their alarms. `local`, `alarms` and `aws` deploy the stack.
 */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      { test: { ...computing, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          ...computing,
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...computing,
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { ...computing, name: 'nocodb', include: ['test/nocodb/demo*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          ...computing,
          name: 'package',
          globalSetup: ['test/package/global-setup.ts'],
          include: ['test/package/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      { test: { ...computing, name: 'page', include: ['test/page/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { ...emulated, name: 'table', include: ['test/table/**/*.test.ts'] } },
      {
        test: {
          ...deployed,
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          exclude: ['**/alarms.test.ts'],
        },
      },
      { test: { ...deployed, name: 'alarms', include: ['test/local/alarms.test.ts'] } },
      { test: { ...emulated, name: 'aws', include: ['test/aws/**/*.test.ts'] } },
    ],
  },
});

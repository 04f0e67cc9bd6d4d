import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Time limits for tests that wait for a deployed stack. */
const deployed = { testTimeout: 240_000, hookTimeout: 300_000 };

/**
 * An emulator of AWS for the project. Most of these tests wait, so more files run at the same time than there are
 * processors; they begin when the other projects have ended, because some measure time.
 */
const emulated = {
  ...deployed,
  globalSetup: ['test/local/global-setup.ts'],
  maxWorkers: 5,
  sequence: { groupOrder: 1 },
};

/**
 * The projects of `npm test`. `table`, `local` and `alarms` start one emulator each. `alarms` has its own because the
 * faults of other tests would set off its alarms. `local` and `alarms` deploy the stack.
 */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'nocodb', include: ['test/nocodb/demo*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      { test: { ...emulated, name: 'table', include: ['test/table/**/*.test.ts'] } },
      {
        test: {
          ...emulated,
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          exclude: ['**/alarms.test.ts'],
        },
      },
      { test: { ...emulated, name: 'alarms', include: ['test/local/alarms.test.ts'] } },
    ],
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const emulated = {
  globalSetup: ['test/local/global-setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 300_000,
  fileParallelism: false,
};

/** What `npm test` runs. `table`, `local` and `alarms` have an emulator of AWS each: alarms would hear
 * of what other tests break. The latter two deploy the stack. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
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

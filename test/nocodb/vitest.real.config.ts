import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The configuration of `npm run test:nocodb`: the contract on a real NocoDB. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/nocodb/real*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { run } from './support/run.ts';

const { packed, bot } = inject('installed');

const MEGABYTE = 1_000_000;

test('the package holds its bundles, types and notices, and nothing of tests, the local cloud or settings', () => {
  const types = packed.files.filter((path) =>
    /^dist\/types\/(?:lambda|infra\/constructs)\/.+\.d\.ts$/.test(path),
  );

  expect(packed.files.filter((path) => !types.includes(path)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/THIRD_PARTY_NOTICES.txt',
    'dist/cdk.cjs',
    'dist/cli.cjs',
    'dist/client.cjs',
    'dist/client.d.ts',
    'dist/client.js',
    'dist/functions/notify.handler.zip',
    'dist/functions/post.handler.zip',
    'dist/functions/tick.handler.zip',
    'dist/functions/wake.handler.zip',
    'dist/functions/webhook.handler.zip',
    'dist/types/package.json',
    'lambda/notify/payment-confirmed.schema.json',
    'package.json',
  ]);
  expect(types).toContain('dist/types/lambda/client/index.d.ts');
  expect(types.filter((path) => /test|demo|local/.test(path))).toEqual([]);
});

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
}

test('an installation brings the two SDK packages with what they need, one package more, and 3 MB more', () => {
  const lock = JSON.parse(readFileSync(join(bot, 'node_modules/.package-lock.json'), 'utf8'));
  const packages = new Map(Object.entries(lock.packages as Record<string, LockedPackage>));
  const sdk = new Set<string>();
  const visit = (path: string): void => {
    if (sdk.has(path) || !packages.has(path)) return;
    sdk.add(path);
    const { dependencies = {} } = packages.get(path) as LockedPackage;
    for (const name of Object.keys(dependencies)) {
      visit(`${path}/node_modules/${name}`);
      visit(`node_modules/${name}`);
    }
  };
  visit('node_modules/@aws-sdk/client-dynamodb');
  visit('node_modules/@aws-sdk/lib-dynamodb');

  const more = [...packages.keys()].filter((path) => !sdk.has(path));

  expect(sdk.size).toBeGreaterThan(20);
  expect(more).toEqual(['node_modules/payment-tracker']);
  expect(bytesIn(join(bot, 'node_modules/payment-tracker'))).toBeLessThan(3 * MEGABYTE);
  expect(packed.size).toBeLessThan(1.6 * MEGABYTE);
});

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) =>
    statSync(join(folder, path)),
  );
  return files.filter((file) => file.isFile()).reduce((bytes, { size }) => bytes + size, 0);
}

/** Tells whether the client refuses a bad id with its own error: that needs all of its code, and no AWS. */
const USE = `new PaymentTracker({ tableName: 'T' }).track('a b', 1)
  .catch((error) => console.log(error instanceof InvalidIdError, error.name, error.message));`;

test.for([
  ['an ES module', 'use.mjs', `import { InvalidIdError, PaymentTracker } from 'payment-tracker';`],
  [
    'an ES module, by its longer name',
    'long.mjs',
    `import { InvalidIdError, PaymentTracker } from 'payment-tracker/client';`,
  ],
  ['CommonJS', 'use.cjs', `const { InvalidIdError, PaymentTracker } = require('payment-tracker');`],
  [
    'CommonJS, by its longer name',
    'long.cjs',
    `const { InvalidIdError, PaymentTracker } = require('payment-tracker/client');`,
  ],
] as const)('the client is used from %s', async ([, file, start]) => {
  await writeFile(join(bot, file), `${start}\n${USE}`);

  // Without `require()` of ES modules, as on Node.js 20.
  const printed = await run(bot, process.execPath, '--no-experimental-require-module', file);

  expect(printed).toMatch(/^true InvalidIdError userId "a b" is not valid/);
});

test('the client exports the same to ES modules and to CommonJS', async () => {
  const names =
    '(client) => console.log(Object.keys(client).filter((name) => !/default|module/.test(name)).sort().join())';
  await writeFile(join(bot, 'names.mjs'), `import * as client from 'payment-tracker'; (${names})(client)`);
  await writeFile(join(bot, 'names.cjs'), `(${names})(require('payment-tracker'))`);

  const exported = await run(bot, process.execPath, 'names.mjs');

  expect(exported).toContain('PaymentTracker');
  expect(await run(bot, process.execPath, 'names.cjs')).toBe(exported);
});

test('the schema of the event is in the package, for subscribers in any language', async () => {
  await writeFile(
    join(bot, 'schema.cjs'),
    `console.log(require('payment-tracker/payment-confirmed.schema.json').title)`,
  );

  expect(await run(bot, process.execPath, 'schema.cjs')).toBe('PaymentConfirmed\n');
});

test('the command line is the command of the package', async () => {
  const { version } = JSON.parse(
    readFileSync(join(bot, 'node_modules/payment-tracker/package.json'), 'utf8'),
  );

  expect(await run(bot, 'npx', 'payment-tracker', '--help')).toContain('payment-tracker COMMAND');
  expect(await run(bot, 'npx', 'payment-tracker', '--version')).toBe(`${version}\n`);
  await expect(
    run(bot, 'npx', 'payment-tracker', 'stats', '--table', 'T', '--endpoint', 'http://127.0.0.1:1'),
  ).rejects.toThrow(/✖ .*\[DynamoDB table T/);
});

test.each(['18.20.4', '20.11.1'])(
  'the command line says in one sentence that Node.js %s is too old',
  async (version) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const cli = join(bot, 'node_modules/payment-tracker/dist/cli.cjs');

    const ended = run(
      bot,
      process.execPath,
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      cli,
    );

    await expect(ended).rejects.toThrow(
      `failed:\npayment-tracker needs Node.js 20.12 or newer; this is Node.js ${version}.\n`,
    );
  },
);

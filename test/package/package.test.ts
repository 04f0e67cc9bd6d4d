import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PackedPackage, pack } from './support/packed-package.ts';
import { run } from './support/run.ts';

let packed: PackedPackage;
/** A bot's project: the package and nothing else. */
let bot: string;
/** A CDK app's project. */
let app: string;

beforeAll(async () => {
  packed = await pack();
  const peers = ['aws-cdk-lib', 'constructs', 'esbuild'];
  [bot, app] = await Promise.all([packed.install(), packed.install(...peers, 'typescript', '@types/node')]);
});
afterAll(() => packed.remove());

test('the package holds what was compiled, and nothing of tests, the local cloud or settings', () => {
  const outside = packed.files.filter(
    (path) => !/^dist\/(?:lambda|infra)\/.+\.(?:js|d\.ts|json)$/.test(path),
  );
  const local = packed.files.filter((path) => path.startsWith('dist/infra/local/'));

  expect(outside.sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/package.json',
    'lambda/notify/payment-confirmed.schema.json',
    'package.json',
  ]);
  expect(packed.files.filter((path) => /test|demo|\.env|\.map$/.test(path))).toEqual([]);
  expect(local).toEqual([
    'dist/infra/local/emulator/aws-environment.d.ts',
    'dist/infra/local/emulator/aws-environment.js',
  ]);
  expect(packed.files).toEqual(
    expect.arrayContaining(['dist/lambda/tick.handler.js', 'dist/infra/cli/cli.js']),
  );
  expect(packed.size).toBeLessThan(400_000);
});

test("a bot's project gets no CDK", async () => {
  const modules = await readdir(join(bot, 'node_modules'));

  expect(modules).toContain('payment-tracker');
  expect(modules.filter((name) => /^(aws-cdk|constructs|esbuild|typescript|vitest|node)/.test(name))).toEqual(
    [],
  );
});

/** Tells whether the client refuses a bad id with its own error: that needs all of its code, and no AWS. */
const USE = `new PaymentTracker({ tableName: 'T' }).track('a b', 1)
  .catch((error) => console.log(error instanceof InvalidIdError, error.message));`;

test.for([
  ['an ES module', 'use.mjs', `import { InvalidIdError, PaymentTracker } from 'payment-tracker';`],
  [
    'an ES module, by its longer name',
    'long.mjs',
    `import { InvalidIdError, PaymentTracker } from 'payment-tracker/client';`,
  ],
  ['CommonJS', 'use.cjs', `const { InvalidIdError, PaymentTracker } = require('payment-tracker');`],
] as const)('the client is used from %s', async ([, file, start]) => {
  await writeFile(join(bot, file), `${start}\n${USE}`);

  expect(await run(bot, process.execPath, file)).toMatch(/^true userId "a b" is not valid/);
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
    await readFile(join(bot, 'node_modules/payment-tracker/package.json'), 'utf8'),
  );

  expect(await run(bot, 'npx', 'payment-tracker', '--help')).toContain('payment-tracker COMMAND');
  expect(await run(bot, 'npx', 'payment-tracker', '--version')).toBe(`${version}\n`);
});

test.each(['20.19.0', '22.18.0'])(
  'the command line says in one sentence that Node.js %s is too old',
  async (version) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const cli = join(bot, 'node_modules/payment-tracker/dist/infra/cli/cli.js');

    const ended = run(
      bot,
      process.execPath,
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      cli,
    );

    await expect(ended).rejects.toThrow(
      `failed:\npayment-tracker needs Node.js 22.19 or newer; this is Node.js ${version}.\n`,
    );
  },
);

const TYPED_BOT = `
import { PaymentTracker, type StatusResult, type TrackerStats } from 'payment-tracker';

const payments = new PaymentTracker({ tableName: 'Payments' });
const paid: boolean = await payments.isPaid(12345);
const status: StatusResult = await payments.status('12345', '17');
const stats: TrackerStats = await payments.getStats();
// @ts-expect-error a user id is a number or a text
await payments.track({}, 1);
// @ts-expect-error there is no such state
const unpaid = status.state === 'unpaid';
console.log(paid, unpaid, stats.pending);
`;

const TYPED_APP = `
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function as BotFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { PaymentTracker, STACK_OUTPUTS } from 'payment-tracker/cdk';

const stack = new Stack(new App({ outdir: 'cdk.out' }), 'Shop');
const payments = new PaymentTracker(stack, 'Payments', {
  nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' },
  interval: Duration.seconds(10),
});
const bot = new BotFunction(stack, 'Bot', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => {}'),
});
payments.grantTrack(bot);
new CfnOutput(stack, STACK_OUTPUTS.tableName, { value: payments.table.tableName });
`;

test('the types check in a strict project, declarations included', async () => {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  };
  await writeFile(join(app, 'bot.ts'), TYPED_BOT);
  await writeFile(join(app, 'typed-app.ts'), TYPED_APP);
  await writeFile(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['bot.ts', 'typed-app.ts'] }),
  );

  expect(await run(app, 'npx', 'tsc')).toBe('');
});

test("the construct bundles its functions in another project's app, without Docker", async () => {
  await writeFile(join(app, 'app.ts'), `${TYPED_APP}\n(stack.node.root as App).synth();`);

  await run(app, process.execPath, 'app.ts');

  const template = JSON.parse(await readFile(join(app, 'cdk.out/Shop.template.json'), 'utf8'));
  const handlers = Object.values<{ Type: string; Properties: Record<string, unknown> }>(template.Resources)
    .filter(
      ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Handler === 'index.handler',
    )
    .map(({ Properties }) => Properties.Description ?? 'the bot');
  expect(handlers).toEqual(expect.arrayContaining(['the bot', expect.stringContaining('Asks NocoDB')]));
  expect(template.Outputs.TableName.Value.Ref).toMatch(/^PaymentsTable/);
  const { files } = JSON.parse(await readFile(join(app, 'cdk.out/Shop.assets.json'), 'utf8'));
  const folders = Object.values<{ source: { path: string; packaging: string } }>(files)
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => source.path);
  expect(folders.length).toBeGreaterThanOrEqual(2);
  for (const folder of folders) expect(existsSync(join(app, 'cdk.out', folder, 'index.mjs'))).toBe(true);
});

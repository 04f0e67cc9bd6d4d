import { readFileSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, expect, inject, test } from 'vitest';
import { PaymentTracker } from '../../infra/constructs/payment-tracker.ts';
import { makeSibling, OLD_TYPESCRIPT } from './support/projects.ts';
import { run } from './support/run.ts';

const { shop } = inject('installed');

/** A stack with a tracker and a bot, and uses of the types that are wrong on purpose. */
const STACK = `
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Code, Function as BotFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { PaymentTracker, STACK_OUTPUTS } from 'payment-tracker/cdk';
import type { Construct } from 'constructs';

export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const payments = new PaymentTracker(this, 'Payments', {
      nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' },
      interval: Duration.seconds(10),
      webhook: { secretParameterName: '/shop/webhook-secret' },
    });
    const bot = new BotFunction(this, 'Bot', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => {}'),
    });
    payments.grantTrack(bot);
    payments.onConfirmed(bot);
    payments.postConfirmed({ url: 'https://bot.example.com/paid', secretParameterName: '/shop/post-secret' });
    // @ts-expect-error there is no such property
    payments.tables;
    new CfnOutput(this, STACK_OUTPUTS.tableName, { value: payments.table.tableName });
  }
}
`;

const BOT = `
import { PaymentTracker, type StatusResult, type TrackerStats } from 'payment-tracker';
import { InvalidIdError } from 'payment-tracker/client';

export async function use(payments = new PaymentTracker({ tableName: 'Payments' })) {
  const paid: boolean = await payments.isPaid(12345);
  const status: StatusResult = await payments.status('12345', '17');
  const stats: TrackerStats = await payments.getStats();
  // @ts-expect-error a user id is a number or a text
  await payments.track({}, 1);
  // @ts-expect-error there is no such state
  const unpaid = status.state === 'unpaid';
  return [paid, unpaid, stats.pending, new InvalidIdError('userId', 'a b', 'a number')];
}
`;

const APP = `
import { App } from 'aws-cdk-lib';
import { ShopStack } from '../lib/shop-stack';

new ShopStack(new App(), 'ShopStack');
`;

/** Synthesizes an app, and returns the deployed code of its functions by their descriptions. */
async function synthesize(app: string, command?: string): Promise<Map<string, string>> {
  await run(app, 'npx', 'cdk', 'synth', '--quiet', '--no-notices', ...(command ? ['--app', command] : []));
  const read = async (file: string) => JSON.parse(await readFile(join(app, 'cdk.out', file), 'utf8'));
  const { Resources: resources } = await read('ShopStack.template.json');
  const { files } = await read('ShopStack.assets.json');
  const code = new Map<string, string>();
  for (const { Properties } of Object.values<Resource>(resources)) {
    const { source } = files[Properties?.Code?.S3Key?.replace('.zip', '') ?? ''] ?? {};
    if (source === undefined) continue;
    expect(source.packaging).toBe('file');
    const archive = unzipSync(await readFile(join(app, 'cdk.out', source.path)));
    expect(Object.keys(archive)).toEqual(['index.mjs']);
    code.set(Properties?.Description ?? '', strFromU8(archive['index.mjs'] as Uint8Array));
  }
  return code;
}

interface Resource {
  readonly Properties?: { readonly Description?: string; readonly Code?: { readonly S3Key?: string } };
}

/** The code of the functions as the repository deploys them. */
let fromRepository: Map<string, string>;

beforeAll(() => {
  const stack = new Stack(new App(), 'ShopStack');
  const payments = new PaymentTracker(stack, 'Payments', {
    nocodb: { apiUrl: 'https://nocodb.example.com', tableId: 'mq13l0ec25f9v23' },
    webhook: { secretParameterName: '/shop/webhook-secret' },
  });
  payments.postConfirmed({ url: 'https://bot.example.com/paid', secretParameterName: '/shop/post-secret' });
  const { directory } = (stack.node.root as App).synth();
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  const code = Object.values(functions).map(({ Properties }) => {
    const asset = join(directory, `asset.${Properties.Code.S3Key.replace('.zip', '')}`);
    return [Properties.Description, readFileSync(join(asset, 'index.mjs'), 'utf8')] as const;
  });
  rmSync(directory, { recursive: true });
  fromRepository = new Map(code);
});

test('an app as `cdk init` makes it deploys the same functions as the repository, and bundles nothing', async () => {
  await writeFile(join(shop, 'lib/shop-stack.ts'), STACK);

  const code = await synthesize(shop);

  expect(code.size).toBe(5);
  expect(code).toEqual(fromRepository);
});

test('jest tests a stack with the construct, in the project that `cdk init` makes', async () => {
  await writeFile(join(shop, 'lib/shop-stack.ts'), STACK);
  await writeFile(
    join(shop, 'test/shop.test.ts'),
    `
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SettingsError } from 'payment-tracker/cdk';
import { PaymentTracker } from 'payment-tracker';
import { ShopStack } from '../lib/shop-stack';

test('the shop has a table of payments', () => {
  const template = Template.fromStack(new ShopStack(new App(), 'Shop'));
  template.resourceCountIs('AWS::DynamoDB::GlobalTable', 1);
  expect(new SettingsError(['x is wrong']).faults).toEqual(['x is wrong']);
  expect(typeof new PaymentTracker({ tableName: 'Payments' }).isPaid).toBe('function');
});
`,
  );

  await expect(run(shop, 'npx', 'jest', '--ci')).resolves.toBe('');
});

test('an app of the older template, with ts-node and CommonJS, deploys the same functions', async () => {
  const app = await makeSibling(shop, 'old-shop', {
    'package.json': '{}',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2020',
        module: 'commonjs',
        lib: ['es2020', 'dom'],
        strict: true,
        types: ['node'],
      },
    }),
    'cdk.json': JSON.stringify({
      app: `npx ts-node --compiler ${OLD_TYPESCRIPT} --prefer-ts-exts bin/shop.ts`,
    }),
    'bin/shop.ts': APP,
    'lib/shop-stack.ts': STACK,
  });

  const code = await synthesize(app);

  expect(code).toEqual(fromRepository);
});

test.for([
  [OLD_TYPESCRIPT, 'node16', 'node16'],
  [OLD_TYPESCRIPT, 'nodenext', 'nodenext'],
  [OLD_TYPESCRIPT, 'esnext', 'bundler'],
  [OLD_TYPESCRIPT, 'commonjs', 'node'],
  ['typescript', 'nodenext', 'nodenext'],
  ['typescript', 'esnext', 'bundler'],
] as const)(
  'the types check with %s, module %s and resolution %s, declarations included',
  async ([typescript, module, moduleResolution]) => {
    const files = {
      'stack.ts': STACK,
      'bot.ts': BOT,
      // The old resolution knows nothing of these extensions.
      ...(moduleResolution !== 'node' && { 'stack-as-module.mts': STACK, 'bot-as-module.mts': BOT }),
    };
    const compilerOptions = {
      target: 'es2020',
      lib: ['es2020', 'dom'],
      types: ['node'],
      strict: true,
      noEmit: true,
      module,
      moduleResolution,
    };
    const project = await makeSibling(shop, `${typescript}-${moduleResolution}`, {
      ...files,
      'package.json': '{}',
      'tsconfig.json': JSON.stringify({ compilerOptions, files: Object.keys(files) }),
    });

    expect(await run(project, process.execPath, join('node_modules', typescript, 'bin/tsc'))).toBe('');
  },
);

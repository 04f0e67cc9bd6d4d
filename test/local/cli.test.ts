import { once } from 'node:events';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CliOptions, type CliResult, runCli, startCli } from '../unit/cli/support/cli-process.ts';
import { type DemoShop, openDemoShop } from './support/demo-shop.ts';

const STACK = 'CliTest';
const POLL = { timeout: 60_000, interval: 500 } as const;

let shop: DemoShop;

beforeAll(async () => {
  shop = await openDemoShop(STACK);
});
afterAll(() => shop?.close());

/** Runs the command line on the deployed stack, which it finds by its name. */
function cli(argv: readonly string[], { files = {} }: CliOptions = {}): Promise<CliResult> {
  return runCli([...argv, ...onStack()], { env: nocodbVariables(), files });
}

async function json(...argv: string[]): Promise<Record<string, unknown>> {
  const { exitCode, out, err } = await cli([...argv, '--json']);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return JSON.parse(out);
}

function onStack(): string[] {
  return ['--stack', STACK, '--endpoint', shop.deployed.aws.endpoint];
}

function nocodbVariables(): Record<string, string> {
  const { url, tableId, token } = shop.nocodb;
  return { NOCODB_API_URL: url, NOCODB_TABLE_ID: tableId, NOCODB_API_TOKEN: token };
}

function newRecord(values: Readonly<Record<string, unknown>> = {}): string {
  return String(shop.nocodb.records.insert(values));
}

test('a payment is tracked, seen paid and untracked from the command line', async () => {
  const recordId = newRecord();

  expect(await json('track', '-100', recordId)).toMatchObject({ status: 'pending', created: true });
  expect(await json('status', '-100')).toMatchObject({ state: 'pending', recordId });
  shop.pay({ userId: '-100', recordId });
  await vi.waitFor(
    async () => expect(await json('status', '-100', recordId)).toMatchObject({ state: 'paid' }),
    POLL,
  );
  expect(await json('track', '-100', recordId)).toMatchObject({ status: 'paid' });
  expect(await json('untrack', '-100', recordId)).toMatchObject({ removed: false, status: 'paid' });
});

test('the table is found by its name as well', async () => {
  const env = { PAYMENT_TABLE_NAME: shop.deployed.output('TableName') };

  const { exitCode, out } = await runCli(['stats', '--json', '--endpoint', shop.deployed.aws.endpoint], {
    env,
  });

  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ updateIntervalSeconds: shop.deployed.intervalSeconds });
});

test('a file is imported, again and again', async () => {
  const records = [newRecord(), newRecord(), newRecord()];
  const rows = records.map((recordId, index) => `import-${index};${recordId}\n`);
  const files = { 'users.csv': `TG ID;Id\n${rows.join('')}no record;\n` };

  const first = await cli(['import', 'users.csv', '--json'], { files });
  const second = await cli(['import', 'users.csv'], { files });

  expect(first.exitCode).toBe(1);
  expect(JSON.parse(first.out)).toMatchObject({ created: 3, renewed: 0, bad: [{ place: { line: 5 } }] });
  expect(second.out).toBe('📍 Tracking 3 payments (tracked before: 3)\n');
  expect(second.err).toContain('line 5: userId "no record" is not valid');
  expect(await shop.tracker.status('import-2', records[2])).toMatchObject({ state: 'pending' });
});

test('everybody who has not paid in NocoDB is imported, and nobody else', async () => {
  const waiting = newRecord({ 'TG ID': 'waiting' });
  const paid = newRecord({ 'TG ID': 'has-paid', Paid: true });

  const { out } = await cli(['import', '--from-nocodb', '--user-field', 'TG ID', '--json']);

  expect(JSON.parse(out).tracked).toBeGreaterThan(0);
  expect(await shop.tracker.status('waiting', waiting)).toMatchObject({ state: 'pending' });
  expect(await shop.tracker.status('has-paid', paid)).toMatchObject({ state: 'untracked' });
});

test('a tick is forced through the gate, and says what it did', async () => {
  await vi.waitFor(async () => expect(await json('tick')).toMatchObject({ outcome: 'done' }), POLL);

  expect((await cli(['tick'])).out).toMatch(/^(✔ Ticked: \d+ checked|The gate refused the tick: )/);
});

test('a tick that fails is told, and fails the command', async () => {
  await shop.nocodb.stop();

  try {
    await vi.waitFor(async () => {
      const { exitCode, err } = await cli(['tick']);
      expect({ exitCode, err }).toEqual({
        exitCode: 1,
        err: expect.stringContaining('no connection (ECONNREFUSED)'),
      });
    }, POLL);
  } finally {
    await shop.nocodb.start();
  }
});

test('the watch goes on until Ctrl-C', async () => {
  const { child, result } = await startCli(['stats', '--watch', ...onStack()]);

  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.kill('SIGINT');

  const { exitCode, out, err } = await result;
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(/ pending · \d+ confirmed · /);
});

test('the doctor finds nothing wrong with what is deployed', async () => {
  expect(await json('doctor')).toMatchObject({ healthy: true });
});

test('the webhook is installed with a secret that nobody has seen, and removed', async () => {
  const url = 'http://127.0.0.1:1/webhook';
  const parameter = `/${STACK}/webhook-secret`;

  const installed = await cli(['webhook', 'install', '--url', url, '--secret-parameter', parameter]);
  const ssm = new SSMClient(shop.deployed.aws);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: parameter, WithDecryption: true }));

  expect(installed).toEqual({ exitCode: 0, out: `🪝 The webhook posts paid records to ${url}\n`, err: '' });
  expect(Parameter?.Type).toBe('SecureString');
  expect(Parameter?.Value).toMatch(/^[\w-]{43}$/);
  expect(await json('webhook', 'remove', '--url', url)).toEqual({ url, removed: 1 });
});

test('a stack that is not there is told by name', async () => {
  const { endpoint } = shop.deployed.aws;

  const { exitCode, err } = await runCli(['stats', '--stack', 'Nowhere', '--endpoint', endpoint]);

  expect(exitCode).toBe(1);
  expect(err).toContain('There is no stack Nowhere in this account and region');
});

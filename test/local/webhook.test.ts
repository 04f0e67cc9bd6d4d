import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { SECRET_HEADER } from '../../lambda/webhook/secret-check.ts';
import { type FunctionDoor, openFunctionDoor } from '../support/function-door.ts';
import { runCli } from '../unit/cli/support/cli-process.ts';
import { type DemoShop, openDemoShop, type Payment } from './support/demo-shop.ts';

const STACK = 'WebhookTest';
const POLL = { timeout: 60_000, interval: 20 } as const;

let shop: DemoShop;
/** Leads to the function's URL: its own host name is no name on this machine. */
let door: FunctionDoor;
let users = 0;

beforeAll(async () => {
  shop = await openDemoShop(STACK, {
    [VARIABLES.webhookSecretParameter]: `/${STACK}/webhook-secret`,
    // Whatever is confirmed in less is not confirmed by a tick.
    INTERVAL_SECONDS: '300',
  });
  const { aws, output } = shop.deployed;
  door = await openFunctionDoor(output('WebhookUrl'), aws.endpoint);
});
afterAll(async () => {
  await shop?.close();
  await door?.close();
});

function cli(...argv: string[]) {
  const { url: apiUrl, tableId, token } = shop.nocodb;
  return runCli([...argv, '--stack', STACK, '--endpoint', shop.deployed.aws.endpoint], {
    env: { NOCODB_API_URL: apiUrl, NOCODB_TABLE_ID: tableId, NOCODB_API_TOKEN: token },
  });
}

async function readSecret(): Promise<string> {
  const read = new GetParameterCommand({ Name: `/${STACK}/webhook-secret`, WithDecryption: true });
  const { Parameter: parameter } = await new SSMClient(shop.deployed.aws).send(read);
  return parameter?.Value ?? '';
}

async function newPayment(): Promise<Payment> {
  users += 1;
  const userId = `user-${users}`;
  const recordId = String(shop.nocodb.records.insert({ 'TG ID': userId }));
  await shop.tracker.track(userId, recordId);
  return { userId, recordId };
}

/** From the moment the box is ticked until a bot that asks is told that it is paid, milliseconds. */
async function delayOf({ userId, recordId }: Payment): Promise<number> {
  const begin = performance.now();
  shop.pay({ userId, recordId });
  await expect.poll(() => shop.tracker.isPaid(userId, recordId), POLL).toBe(true);
  return performance.now() - begin;
}

test('a payment ticked in NocoDB is confirmed in less than a second', async () => {
  const installed = await cli('webhook', 'install', '--url', door.url);
  expect(installed).toMatchObject({ exitCode: 0, err: '' });
  // The emulator starts a process for the first call of a function, which AWS does as well, but faster.
  await delayOf(await newPayment());

  const delays: number[] = [];
  for (let count = 0; count < 5; count += 1) delays.push(await delayOf(await newPayment()));

  // The median: a single one may meet a pause of a machine that does other things as well.
  expect(delays.sort((a, b) => a - b)[2]).toBeLessThan(1000);
  // NocoDB gets its answer after the bot, which asks all the time.
  await expect
    .poll(() => shop.nocodb.deliveries.map(({ status }) => status), POLL)
    .toEqual([200, 200, 200, 200, 200, 200]);
});

test('the log tells who confirmed it, and nowhere the secret', async () => {
  const payment = await newPayment();
  await delayOf(payment);
  const { aws, stackName } = shop.deployed;
  const read = logReader(aws, await functionLogGroups(aws, stackName));

  const messages = async () => (await read(0)).map(({ message = '' }) => message);
  await expect
    .poll(messages, POLL)
    .toContainEqual(
      expect.stringContaining(
        `Payment confirmed for user ${payment.userId} (record: ${payment.recordId}), by webhook`,
      ),
    );
  const secret = await readSecret();
  expect((await messages()).filter((message) => message.includes(secret))).toEqual([]);
});

test('calls that are not in order are refused by the deployed function', async () => {
  const payment = await newPayment();
  const event = JSON.stringify({
    type: 'records.after.update',
    data: {
      table_id: shop.nocodb.tableId,
      rows: [{ Id: Number(payment.recordId), Paid: true }],
      previous_rows: [{ Id: Number(payment.recordId), Paid: false }],
    },
  });
  const post = async (body: string, secret: string) => {
    const headers = { 'content-type': 'application/json', [SECRET_HEADER]: secret };
    const response = await fetch(door.url, { method: 'POST', headers, body });
    return response.status;
  };
  const secret = await readSecret();

  expect(await post(event, 'guess')).toBe(401);
  expect(await post(event.slice(0, -1), secret)).toBe(400);
  expect(await post(`"${'x'.repeat(1_000_000)}"`, secret)).toBe(413);
  expect((await fetch(door.url, { headers: { [SECRET_HEADER]: secret } })).status).toBe(405);
  expect(await shop.tracker.isPaid(payment.userId, payment.recordId)).toBe(false);
  expect(await post(event, secret)).toBe(200);
  expect(await shop.tracker.isPaid(payment.userId, payment.recordId)).toBe(true);
});

test('the command line takes the webhook away again', async () => {
  const hooks = `${shop.nocodb.url}/api/v2/meta/tables/${shop.nocodb.tableId}/hooks`;
  const list = async () => (await fetch(hooks, { headers: { 'xc-token': shop.nocodb.token } })).json();
  expect(await list()).toMatchObject({ list: [{ title: 'payment-tracker' }] });

  const removed = await cli('webhook', 'remove', '--url', door.url);

  expect(removed).toMatchObject({ exitCode: 0, err: '' });
  expect(await list()).toEqual({ list: [] });
});

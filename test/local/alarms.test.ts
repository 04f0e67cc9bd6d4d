import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AlarmId, RUNBOOK } from '../../infra/constructs/alarm-runbook.ts';
import type { Fault } from '../../infra/local/demo-nocodb/for-tests/faults.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { type AlarmBell, listenForAlarms } from './support/alarm-bell.ts';
import { type DemoShop, openDemoShop } from './support/demo-shop.ts';

/**
 * Breaks what an alarm watches and waits for it to ring, where the emulator can: it keeps metrics of Lambda, and takes
 * those of the tracker. It keeps none of Step Functions, DynamoDB and SQS (LoopStopped, LoopFails, WritesThrottled,
 * ReadsThrottled, DeadLetters), looks at no dimension and at no single period. Those, and how long each alarm takes,
 * are tested on the template with simulated faults. TickSlow cannot be made to ring from outside: however
 * slow NocoDB is, a tick stops asking at 60 % of its time.
 */
const POLL = { timeout: 60_000, interval: 1000 } as const;

let shop: DemoShop;
let bell: AlarmBell;

beforeAll(async () => {
  shop = await openDemoShop('AlarmTest', { [VARIABLES.ownerField]: 'TG ID' });
  bell = await listenForAlarms(shop.deployed);
  await shop.createPayment('waiting');
});
afterAll(async () => {
  await bell?.close();
  await shop?.close();
});

const rings = (id: AlarmId, patience: { timeout: number; interval: number } = POLL) =>
  expect
    .poll(async () => (await bell.rung()).get(id), patience)
    .toBe(`${RUNBOOK[id].meaning} What to do: ${RUNBOOK[id].remedy}`);

const answers = (count: number, fault: Fault) =>
  shop.nocodb.failNext(...Array.from({ length: count }, () => fault));

test('without faults no alarm rings, though all of the runbook are there', async () => {
  const { totalUpdates } = await shop.tracker.getStats();
  await expect
    .poll(async () => (await shop.tracker.getStats()).totalUpdates, POLL)
    .toBeGreaterThan(totalUpdates + 2);

  expect(await bell.rung()).toEqual(new Map());
  expect((await bell.alarms()).sort()).toEqual(Object.keys(RUNBOOK).sort());
});

test('OwnerMismatch rings for a paid record of somebody else', async () => {
  const payment = await shop.createPayment('buyer');
  shop.nocodb.records.update(Number(payment.recordId), { 'TG ID': 'somebody else', Paid: true });

  await rings('OwnerMismatch');
  await shop.tracker.untrack(payment.userId, payment.recordId);
});

test('TokenRejected rings when NocoDB answers 401', async () => {
  answers(4, {
    kind: 'answer',
    status: 401,
    body: { error: 'ERR_AUTHENTICATION_REQUIRED', message: 'Invalid token' },
  });

  await rings('TokenRejected');
});

test('TickErrors rings when ticks fail', async () => {
  await shop.nocodb.stop();
  // The emulator counts the errors of calls by its API only, not those of the loop's.
  const call = () => shop.deployed.invoke(shop.deployed.output('TickFunctionName'), {});
  await expect.poll(() => call().then(String, String), POLL).toMatch(/failed: list records/);
  await shop.nocodb.start();

  await rings('TickErrors');
});

test('TickThrottled rings when Lambda has no capacity for the tick function', async () => {
  const lambda = new LambdaClient(shop.deployed.aws);
  const FunctionName = shop.deployed.output('TickFunctionName');
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  await expect
    .poll(async () => (await shop.tracker.getStats()).lastUpdate?.ageSeconds, POLL)
    .toBeGreaterThan(10);
  await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));

  await rings('TickThrottled');
});

test('RateLimited rings after three penalties, and DataStale because the data grows old in them', async () => {
  answers(4, {
    kind: 'answer',
    status: 429,
    body: 'ThrottlerException: Too Many Requests',
    headers: { 'Retry-After': '30' },
  });

  await rings('RateLimited', { timeout: 170_000, interval: 2000 });
  await rings('DataStale', { timeout: 60_000, interval: 2000 });
}, 240_000);

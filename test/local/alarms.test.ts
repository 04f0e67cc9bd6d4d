import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AlarmId, RUNBOOK } from '../../infra/constructs/alarm-runbook.ts';
import type { Fault } from '../../infra/local/demo-nocodb/for-tests/faults.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { type AlarmBell, listenForAlarms } from '../support/alarm-bell.ts';
import { type DemoShop, openDemoShop } from './support/demo-shop.ts';

/**
 * Breaks what an alarm watches and waits for it to ring, where the emulator can: it takes the metrics of the tracker, keeps
 * none of Step Functions, DynamoDB and SQS (LoopStopped, LoopFails, the throttles, DeadLetters), and looks at no dimension
 * and at no single period. Those, and how long each alarm takes, are tested on the template with simulated faults.
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

test('ActionNeeded rings when NocoDB answers 401', async () => {
  answers(4, {
    kind: 'answer',
    status: 401,
    body: { error: 'ERR_AUTHENTICATION_REQUIRED', message: 'Invalid token' },
  });

  await rings('ActionNeeded');
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

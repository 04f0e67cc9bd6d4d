import { setTimeout as sleep } from 'node:timers/promises';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { slotOf } from '../../lambda/tracker/interval.ts';
import { type DemoShop, INTERVAL_SECONDS, openDemoShop, type Payment } from './support/demo-shop.ts';

const INTERVAL_MS = INTERVAL_SECONDS * 1000;
/** What is promised: a payment is confirmed one interval and three seconds after its box was ticked, at the latest. */
const PROMISED_MS = INTERVAL_MS + 3000;
/** For what has no promise of its own: ten times what it takes on an idle machine. */
const POLL = { timeout: 60_000, interval: 250 } as const;

let shop: DemoShop;
let users = 0;

beforeAll(async () => {
  shop = await openDemoShop('StackTest');
  // The emulator starts a process for the first call of each function, which takes longer than on AWS and is not
  // what is measured here: a payment goes all the way first.
  const payment = await newPayment();
  shop.pay(payment);
  await becomesPaid(payment);
});
afterAll(() => shop?.close());

function newPayment(): Promise<Payment> {
  users += 1;
  return shop.createPayment(`user-${users}`);
}

/** The bot is asked again and again. */
function becomesPaid(payment: Payment): Promise<void> {
  return vi.waitFor(async () => expect(await shop.isPaid(payment)).toBe(true), POLL);
}

/** How long the bot does not know that a payment was made, milliseconds. */
async function delayOf(payment: Payment): Promise<number> {
  const paidAt = Date.now();
  shop.pay(payment);
  await becomesPaid(payment);
  return Date.now() - paidAt;
}

/** Waits for the moment that is `share` of an interval after a slot's beginning. */
async function untilPhase(share: number): Promise<void> {
  const phase = share * INTERVAL_MS;
  await sleep((phase - (Date.now() % INTERVAL_MS) + INTERVAL_MS) % INTERVAL_MS);
}

/**
 * How many lists of records NocoDB was asked for in each slot of a time, in the order of the slots. A request belongs
 * to the slot that its tick took at the gate: LocalStack ends a wait up to a quarter of a second before the slot.
 */
function questionsPerSlot(from: number, to: number): number[] {
  const slots = Array.from({ length: (to - from) / INTERVAL_MS }, (_, index) => from + index * INTERVAL_MS);
  const questions = shop.nocodb.requests.filter(
    ({ method, url }) => method === 'GET' && url.includes('/records'),
  );
  return slots.map((slot) => questions.filter(({ at }) => slotOf(at, INTERVAL_SECONDS) === slot).length);
}

test('a payment ticked in NocoDB at any moment reaches the bot within one interval and 3 seconds', async () => {
  const delays: number[] = [];
  for (const share of [0.1, 0.5, 0.9]) {
    const payment = await newPayment();
    await untilPhase(share);
    delays.push(await delayOf(payment));
  }

  expect(Math.max(...delays)).toBeLessThanOrEqual(PROMISED_MS);
});

test('a paid payment stays paid for everybody who asks after the bot has stopped tracking it', async () => {
  const payment = await newPayment();
  shop.pay(payment);
  await becomesPaid(payment);

  expect(await shop.isPaid(payment)).toBe(true);
  expect(await shop.tracker.status(payment.userId)).toMatchObject({
    state: 'paid',
    recordId: payment.recordId,
  });
});

test('executions that run at the same time make one request a slot', async () => {
  await newPayment();
  const states = new SFNClient(shop.deployed.aws);
  const start = new StartExecutionCommand({
    stateMachineArn: shop.deployed.output('LoopArn'),
    input: JSON.stringify({ startedBy: 'wake-up' }),
  });
  await Promise.all([states.send(start), states.send(start)]);

  await untilPhase(0);
  const from = Date.now() - (Date.now() % INTERVAL_MS);
  await sleep(3 * INTERVAL_MS);

  // A busy machine can be too late for a slot; no slot may have two.
  const questions = questionsPerSlot(from, from + 3 * INTERVAL_MS);
  expect(questions).toHaveLength(3);
  expect(Math.max(...questions)).toBe(1);
});

test('while NocoDB is down ticks fail for all to see, and when it is back nothing was lost', async () => {
  const payment = await newPayment();
  const { failures } = await shop.tracker.getStats();
  await shop.nocodb.stop();
  shop.pay(payment);

  await expect.poll(async () => (await shop.tracker.getStats()).failures, POLL).toBeGreaterThan(failures);
  expect(await shop.tracker.getStats()).toMatchObject({ lastError: { kind: 'ConnectionFailed' } });
  expect(await shop.isPaid(payment)).toBe(false);

  await shop.nocodb.start();
  await becomesPaid(payment);
  await expect.poll(() => shop.tracker.getStats(), POLL).toMatchObject({ lastError: null });
});

test('a new version that is deployed while payments wait loses none', async () => {
  const [waiting, paidMeanwhile] = [await newPayment(), await newPayment()];
  const before = await shop.tracker.getStats();

  const deploying = shop.redeploy({ PAID_RETENTION_DAYS: '31' });
  shop.pay(paidMeanwhile);
  await deploying;
  await becomesPaid(paidMeanwhile);
  shop.pay(waiting);
  await becomesPaid(waiting);

  // A tick counts what it has confirmed when it ends.
  const confirmed = async () => (await shop.tracker.getStats()).paymentsConfirmed - before.paymentsConfirmed;
  await expect.poll(confirmed, POLL).toBe(2);
});

test('the token is in no log', async () => {
  const { aws, stackName } = shop.deployed;
  const lines = await logReader(aws, await functionLogGroups(aws, stackName))(0);

  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter(({ message }) => message?.includes(shop.nocodb.token))).toEqual([]);
});

test('a loop that rests because nothing is pending wakes for the first payment, and confirms it in time', async () => {
  for (const payment of shop.nocodb.records.all()) shop.nocodb.records.setPaid(Number(payment.Id), true);
  await expect.poll(() => shop.tracker.getStats(), POLL).toMatchObject({ pending: 0 });
  await ticksEnd();

  const payment = await newPayment();
  const delay = await delayOf(payment);

  expect(delay).toBeLessThanOrEqual(PROMISED_MS);
}, 240_000);

/** Waits until no tick has run for three intervals. Executions under way go on for up to 80 s. */
async function ticksEnd(): Promise<void> {
  const quiet = 3 * INTERVAL_SECONDS;
  await expect
    .poll(async () => (await shop.tracker.getStats()).lastUpdate?.ageSeconds, {
      timeout: 180_000,
      interval: 1000,
    })
    .toBeGreaterThanOrEqual(quiet);
  expect(await shop.tracker.getStats()).toMatchObject({ resting: true });
}

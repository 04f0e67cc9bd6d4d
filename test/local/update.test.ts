import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { type DemoShop, openDemoShop } from './support/demo-shop.ts';

const POLL = { timeout: 60_000, interval: 250 } as const;

let shop: DemoShop;

beforeAll(async () => {
  shop = await openDemoShop('UpdateTest');
});
afterAll(() => shop?.close());

/** A tick counts what it has confirmed when it ends, which is after the payment can be read as paid. */
const countsConfirmed = (count: number) =>
  expect.poll(async () => (await shop.tracker.getStats()).paymentsConfirmed, POLL).toBe(count);

const becomesPaid = (payment: { userId: string; recordId: string }) =>
  expect.poll(() => shop.tracker.isPaid(payment.userId, payment.recordId), POLL).toBe(true);

test('another interval, deployed in place, keeps the payments and the totals, and ticks on', async () => {
  const [paid, waiting] = [await shop.createPayment('early'), await shop.createPayment('late')];
  shop.pay(paid);
  await becomesPaid(paid);
  await countsConfirmed(1);
  const { totalUpdates } = await shop.tracker.getStats();

  await shop.redeploy({ [VARIABLES.intervalSeconds]: '10' });
  await expect
    .poll(() => shop.tracker.getStats(), POLL)
    .toMatchObject({ updateIntervalSeconds: 10, pending: 1 });
  shop.pay(waiting);
  await becomesPaid(waiting);

  await countsConfirmed(2);
  expect((await shop.tracker.getStats()).totalUpdates).toBeGreaterThan(totalUpdates);
  expect(await shop.tracker.isPaid(paid.userId, paid.recordId)).toBe(true);
});

test('payments that are paid while the stack is updated are announced, all of them', async () => {
  const { aws, stackName } = shop.deployed;
  const payments = await Promise.all(
    Array.from({ length: 30 }, (_, index) => shop.createPayment(`update-${index}`)),
  );
  let updated = false;
  const update = shop.redeploy({ [VARIABLES.intervalSeconds]: '5' }).finally(() => {
    updated = true;
  });
  const paidDuringUpdate = [];
  for (const payment of payments) {
    shop.pay(payment);
    if (!updated) paidDuringUpdate.push(payment);
    await setTimeout(300);
  }
  await update;

  expect(paidDuringUpdate.length).toBeGreaterThan(5);
  const readLog = logReader(aws, await functionLogGroups(aws, stackName));
  const delivered = async () => {
    const text = (await readLog(0)).map(({ message = '' }) => message).join();
    return payments.filter(({ userId }) => text.includes(`Delivering to user ${userId}:`)).length;
  };
  await expect.poll(delivered, POLL).toBe(payments.length);
});

test('another NocoDB table, deployed in place, is the one that counts from then on, and what was paid stays paid', async () => {
  const [paid, waiting] = [await shop.createPayment('before'), await shop.createPayment('after')];
  shop.pay(paid);
  await becomesPaid(paid);
  const other = await startDemoNocoDb({ token: shop.nocodb.token });
  try {
    const ids = other.records.insertMany(shop.nocodb.records.all().map(() => ({ Paid: false })));
    expect(ids).toContain(Number(waiting.recordId));
    await shop.redeploy({
      [VARIABLES.apiUrl]: other.url,
      [VARIABLES.tableId]: other.tableId,
    });

    // The old table shows it as paid now, the new one does not.
    shop.pay(waiting);
    const asked = other.requestCount;
    await expect.poll(() => other.requestCount, POLL).toBeGreaterThan(asked + 1);
    expect(await shop.tracker.isPaid(waiting.userId, waiting.recordId)).toBe(false);

    other.records.setPaid(Number(waiting.recordId), true);
    await becomesPaid(waiting);
    expect(await shop.tracker.isPaid(paid.userId, paid.recordId)).toBe(true);
  } finally {
    await other.close();
  }
});

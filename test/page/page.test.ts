import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPage, overflow, violations } from './support/open-page.ts';
import { openPageShop, type PageShop } from './support/page-shop.ts';

const SCREENS = [
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
] as const;
const WIDE = SCREENS[2];
const NO_ANSWER = 'The tracker does not answer. Is npm start still running?';

const box = (page: Page, recordId: string) =>
  page.getByRole('checkbox', { name: `Record ${recordId} is paid`, exact: true });
const row = (page: Page, recordId: string) => page.getByRole('row').filter({ has: box(page, recordId) });

/** The name of the element that has the focus. */
const focused = (page: Page) =>
  page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent');

/** A shop in which everything that the page can show has happened. */
async function openBusyShop(): Promise<PageShop> {
  const shop = await openPageShop();
  for (let count = 1; count <= 45; count += 1) await shop.sell(`Order ${count}`);
  shop.add('Order that no bot tracks');
  shop.nocodb.records.setPaid(41, true);
  await shop.tick();
  await shop.tick({ again: true });
  shop.nocodb.records.setPaid(41, false);
  shop.nocodb.failNext({
    kind: 'answer',
    status: 403,
    body: { error: 'ERR_FORBIDDEN', message: 'Forbidden' },
  });
  await expect(shop.tick()).rejects.toThrow('ERR_FORBIDDEN');
  await shop.tick();
  shop.nocodb.failNext({ kind: 'answer', status: 429, body: 'ThrottlerException: Too Many Requests' });
  await expect(shop.tick()).rejects.toThrow('429');
  await shop.tick();
  return shop;
}

describe.each(SCREENS)('$width pixels wide, in the $scheme scheme', (screen) => {
  test('everybody can use the page, and nothing overflows', async () => {
    const shop = await openBusyShop();
    const page = await openPage(shop.server.url, screen);
    await page.getByText('46 payments').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('page 3 of 3').waitFor();
    await box(page, '42').check();
    await row(page, '42').getByText('until the next tick').waitFor();

    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    for (const each of await page.getByRole('checkbox').all()) {
      const { x = -1, width = 0 } = (await each.boundingBox()) ?? {};
      expect(x).toBeGreaterThan(0);
      expect(x + width).toBeLessThan(screen.width);
    }

    await shop.server.close();
    await page.getByRole('alert').getByText('The tracker does not answer').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });
});

test('on a telephone, the box of a payment stands beside its title', async () => {
  const shop = await openPageShop();
  await shop.sell('Coffee, 1 kg');
  const page = await openPage(shop.server.url, SCREENS[0]);

  const title = await page.getByText('Coffee, 1 kg').boundingBox();
  const paid = await page.locator('label', { has: box(page, '1') }).boundingBox();

  expect(paid?.height).toBeGreaterThanOrEqual(44);
  expect(Math.abs((paid?.y ?? 0) - (title?.y ?? 0))).toBeLessThan(20);
  expect(paid?.x).toBeGreaterThan(title?.x ?? 0);
});

test('when the server is gone, the state turns red, the data ages, and the box goes back', async () => {
  const shop = await openPageShop();
  await shop.sell('Coffee');
  await shop.tick();
  const page = await openPage(shop.server.url, WIDE);
  await page.getByText('Up to date.').waitFor();
  const colourOf = () => page.evaluate("getComputedStyle(document.getElementById('state')).color");
  const before = await colourOf();

  await shop.server.close();
  await page.getByText('No answer.').waitFor({ timeout: 5000 });
  await box(page, '1').click();

  expect(await colourOf()).not.toBe(before);
  expect(await page.getByRole('alert').textContent()).toBe(NO_ANSWER);
  await expect.poll(() => box(page, '1').isChecked()).toBe(false);
  const age = async () => Number(/(\d+) s ago/.exec((await page.locator('#age').textContent()) ?? '')?.[1]);
  const first = await age();
  await expect.poll(age, { timeout: 5000 }).toBeGreaterThan(first);
});

test('something else that answers at the same address is not the tracker, and the tracker may come back', async () => {
  const shop = await openPageShop();
  const page = await openPage(shop.server.url, WIDE);
  const other = createServer((_, response) => response.end('<!doctype html><title>Another program</title>'));
  onTestFinished(() => void other.close());
  await page.getByText('0 payments').waitFor();

  await shop.server.close();
  await once(other.listen(Number(new URL(shop.server.url).port), '127.0.0.1'), 'listening');
  await once(other, 'request');
  await page.getByText('No answer.').waitFor();
  expect(await page.getByRole('alert').textContent()).toBe(NO_ANSWER);

  other.closeAllConnections();
  await once(other.close(), 'close');
  await shop.reopen();
  await page.getByText('Starting.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a table that does not answer is said at the top, and the state turns red', async () => {
  const shop = await openPageShop();
  await shop.tick();
  const page = await openPage(shop.server.url, WIDE);
  await page.getByText('Up to date.').waitFor();

  shop.tracker.getStats = () => Promise.reject(new Error('Read the table: no connection'));

  await page.getByRole('alert').getByText('Read the table: no connection').waitFor();
  await page.getByText('No answer.').waitFor();
});

test('a refusal of the server is shown in its words, and the box goes back', async () => {
  const shop = await openPageShop();
  await shop.sell('Coffee');
  const page = await openPage(shop.server.url, WIDE);
  await box(page, '1').waitFor();
  shop.nocodb.records.setPaid = () => false;

  await box(page, '1').click();

  await page.getByRole('alert').getByText('no record 1').waitFor();
  await expect.poll(() => box(page, '1').isChecked()).toBe(false);
});

test('many payments are on pages, and the search finds each of them', async () => {
  const shop = await openPageShop();
  for (let count = 1; count <= 51; count += 1) await shop.sell(`Order ${count}`);
  const page = await openPage(shop.server.url, WIDE);
  await page.getByText('51 payments').waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(20);

  const next = page.getByRole('button', { name: 'Next' });
  await next.click();
  await page.getByText('21 to 40 of 51, page 2 of 3').waitFor();
  await next.click();
  await page.getByText('41 to 51 of 51, page 3 of 3').waitFor();
  await box(page, '51').waitFor();
  await next.press('Enter');
  await page.getByRole('searchbox').fill('order 7');

  await page.getByText('1 of 51 payments').waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(1);
  await box(page, '7').check();
  await row(page, '7').getByText('until the next tick').waitFor();
  await page.getByRole('searchbox').fill('1044');
  await box(page, '44').waitFor();
  await page.getByRole('searchbox').fill('nobody');
  await page.getByText('0 of 51 payments').waitFor();
});

test('a payment that no bot tracks is tracked from the page, and the focus goes to its box', async () => {
  const shop = await openPageShop();
  const { userId, recordId } = shop.add('Coffee');
  const page = await openPage(shop.server.url, WIDE);
  await row(page, recordId).getByText('untracked').waitFor();

  await page.getByRole('button', { name: `Track record ${recordId}` }).press('Enter');

  await page.getByText(`A bot tracks record ${recordId} now.`).waitFor();
  await expect.poll(() => row(page, recordId).getByRole('button').isVisible()).toBe(false);
  expect(await focused(page)).toBe(`Record ${recordId} is paid`);
  expect(await shop.tracker.status(userId, recordId)).toMatchObject({ state: 'pending' });
});

test('the focus stays where it was, whatever is refreshed', async () => {
  const shop = await openPageShop();
  for (let count = 1; count <= 25; count += 1) await shop.sell(`Order ${count}`);
  const page = await openPage(shop.server.url, WIDE);

  await box(page, '3').press('Space');
  shop.nocodb.records.remove(2);
  await box(page, '2').waitFor({ state: 'detached' });
  await shop.tick();
  await row(page, '3').getByText('true').waitFor();
  expect(await focused(page)).toBe('Record 3 is paid');

  await page.getByRole('button', { name: 'Next' }).press('Enter');
  await page.getByText('page 2 of 2').waitFor();
  expect(await focused(page)).toBe('Next');

  await page.getByRole('button', { name: 'New payment' }).press('Enter');
  await page.getByText('The bot created record 26').waitFor();
  await box(page, '26').waitFor();
  expect(await focused(page)).toBe('New payment');
});

test('a box that is unticked after the confirmation says why isPaid stays true', async () => {
  const shop = await openPageShop();
  const recordId = await shop.sell('Coffee');
  shop.nocodb.records.setPaid(Number(recordId), true);
  await shop.tick();
  const page = await openPage(shop.server.url, WIDE);
  await row(page, recordId).getByText('true').waitFor();

  await box(page, recordId).uncheck();

  await page.getByRole('status').getByText(`Record ${recordId} stays paid for the bots.`).waitFor();
  await row(page, recordId).getByText('A confirmation is final').waitFor();
  expect(await row(page, recordId).locator('.answer').textContent()).toBe('true');
});

test('the strip shows each of the last ticks, and the failure of the last one', async () => {
  const shop = await openBusyShop();
  const page = await openPage(shop.server.url, WIDE);

  await page
    .getByRole('img', { name: 'The last 6 ticks: 2 done, 2 failed, 1 skipped, 1 held back by a penalty' })
    .waitFor();
  const bars = await page.locator('#strip span').evaluateAll((all) => all.map(({ className }) => className));
  expect(bars).toEqual(['done', 'skipped', 'failed', 'done', 'failed', 'penalty']);
  await page.getByText('rate limited by NocoDB, no requests before').waitFor();
});

test('the requests a minute stand beside those that polling for each user would send', async () => {
  const shop = await openPageShop();
  for (let count = 1; count <= 8; count += 1) await shop.sell(`Order ${count}`);
  for (let count = 1; count <= 4; count += 1) await shop.tick();
  const page = await openPage(shop.server.url, WIDE);

  await page.getByText('8 users wait and would each send a request every 20 s.').waitFor();
  expect(await page.locator('#tracker-rate').textContent()).toBe('3');
  expect(await page.locator('#polling-rate').textContent()).toBe('24');
  const widthOf = async (id: string) => (await page.locator(id).boundingBox())?.width ?? 0;
  expect((await widthOf('#polling-bar')) / (await widthOf('#tracker-bar'))).toBeCloseTo(8, 0);
});

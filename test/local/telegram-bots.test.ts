import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { json, silence, startHttpServer } from '../support/http-server.ts';
import { forward } from '../table/support/forward.ts';
import { BOTS } from './support/telegram-bot.ts';
import { openShop, SOON } from './support/telegram-shop.ts';

const [ANN, BEN] = [5_123_456_789, 7];
const FAILED = 'That did not work. Please send /buy again in a minute.';

/** Long enough for several rounds of a bot that asks every 0.2 s. */
const severalRounds = () => sleep(1500);

function toPay(recordId: number): string {
  return `Please pay payment ${recordId}. Your voucher arrives here as soon as it is paid.`;
}

function voucherFor(recordId: number) {
  return expect.stringMatching(new RegExp(`^Payment ${recordId} is paid\\. Your voucher: [0-9a-f]{16}$`));
}

/** DynamoDB, which works, refuses everything, or does not answer to writes. */
async function startDynamoDb() {
  const state = { mode: 'works' as 'works' | 'refuses' | 'hangs' };
  const server = await startHttpServer(async (response, request) => {
    const isWrite = String(request.headers['x-amz-target']).endsWith('UpdateItem');
    const refusal = json(400, { __type: 'AccessDeniedException', message: 'told by the test' });
    if (state.mode === 'refuses') return refusal(response, request);
    if (state.mode === 'hangs' && isWrite) return silence(response, request);
    return (await forward(request))(response, request);
  });
  return Object.assign(state, {
    endpoint: server.url,
    operations: () =>
      new Set(server.requests.map(({ headers }) => String(headers['x-amz-target']).split('.')[1])),
  });
}

describe.each(BOTS)('%s', (name) => {
  it('creates a record, tracks it, and delivers once when it is paid', async () => {
    const { nocodb, telegram, client, bot, tickNow, messages } = await openShop(name);
    const running = bot.start();

    telegram.write(ANN, '/buy');
    expect(await messages(ANN, 1)).toEqual([toPay(1)]);
    expect(nocodb.records.all()).toMatchObject([{ 'TG ID': String(ANN), Title: `Voucher for ${ANN}` }]);
    expect(await client.status(ANN, 1)).toMatchObject({ state: 'pending' });
    await tickNow();
    await severalRounds();
    expect(telegram.attempts).toHaveLength(1);

    nocodb.records.setPaid(1, true);
    await tickNow();

    expect((await messages(ANN, 2))[1]).toEqual(voucherFor(1));
    await severalRounds();
    expect(telegram.attempts).toHaveLength(2);
    expect(running.output).not.toMatch(new RegExp(`${telegram.token}|${nocodb.token}`));
  });

  it('creates no second record for a second /buy, and a new one after delivery', async () => {
    const { nocodb, telegram, bot, recordIds, tickNow, messages, buy } = await openShop(name);
    bot.start();
    telegram.write(ANN, '/buy');
    telegram.write(ANN, '/buy');

    expect(await messages(ANN, 2)).toEqual([toPay(1), toPay(1)]);
    expect(await buy(BEN)).toBe(2);
    expect(recordIds()).toEqual([1, 2]);

    nocodb.records.setPaid(1, true);
    await tickNow();
    expect((await messages(ANN, 3))[2]).toEqual(voucherFor(1));
    expect(await buy(ANN)).toBe(3);
  });

  it('creates a new record when the shop deleted the first, and delivers for whichever is paid', async () => {
    const { nocodb, table, bot, tickNow, messages, buy } = await openShop(name);
    bot.start();
    const payment = { userId: String(ANN), recordId: String(await buy(ANN)) };
    const { shard, ...item } = (await table.readPayment(payment)) ?? {};
    await table.putPayment(payment, { ...item, status: 'missing' });

    expect(await buy(ANN)).toBe(2);

    nocodb.records.setPaid(2, true);
    await tickNow();
    expect((await messages(ANN, 3))[2]).toEqual(voucherFor(2));
    await table.putPayment(payment, { ...item, status: 'paid' });
    expect((await messages(ANN, 4))[3]).toEqual(voucherFor(1));
  });

  it("asks users to wait after NocoDB's 429, and sends NocoDB nothing meanwhile", async () => {
    const { telegram, nocodb, bot, recordIds, messages } = await openShop(name);
    nocodb.failNext({ kind: 'answer', status: 429, body: 'ThrottlerException: Too Many Requests' });
    const running = bot.start();

    telegram.write(ANN, '/buy');
    telegram.write(BEN, '/buy');

    expect([await messages(ANN, 1), await messages(BEN, 1)]).toEqual([[FAILED], [FAILED]]);
    expect(nocodb.requestCount).toBe(1);
    expect(recordIds()).toEqual([]);
    expect(running.output).toMatch(/create record \[POST http\S+records\]: NocoDB answered 429/);
    expect(running.output).toMatch(/not sent, NocoDB answered 429\. Repeat it in \d+ s/);
  });

  it('takes an order after NocoDB was down', async () => {
    const { telegram, nocodb, bot, messages, buy } = await openShop(name);
    await nocodb.stop();
    const running = bot.start();
    telegram.write(ANN, '/buy');
    expect(await messages(ANN, 1)).toEqual([FAILED]);

    await nocodb.start();

    expect(await buy(ANN)).toBe(1);
    expect(running.output).toMatch(/create record \[POST http\S+records\]: .*Check/);
    expect(running.output).not.toContain(nocodb.token);
  });

  it('delivers to the others when a user blocked it, and to that user when the user writes again', async () => {
    const { nocodb, telegram, bot, tickNow, messages, buy } = await openShop(name);
    bot.start();
    for (const user of [ANN, BEN]) nocodb.records.setPaid(await buy(user), true);
    telegram.block(ANN);
    await tickNow();

    expect((await messages(BEN, 2))[1]).toEqual(voucherFor(2));
    await severalRounds();
    expect(telegram.attempts).toHaveLength(4);

    telegram.unblock(ANN);
    telegram.write(ANN, '/start');

    expect(await messages(ANN, 3)).toContainEqual(voucherFor(1));
    await severalRounds();
    expect(telegram.textsTo(ANN)).toHaveLength(3);
  });

  it('delivers after Telegram failed, as late as Telegram says, and once', async () => {
    const { nocodb, telegram, bot, tickNow, messages, buy } = await openShop(name);
    const running = bot.start();
    nocodb.records.setPaid(await buy(ANN), true);
    const tooMany = { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 2 } };
    telegram.failNext('html', { error_code: 500, description: 'Internal Server Error' }, tooMany);
    await tickNow();
    await vi.waitFor(() => expect(telegram.attempts).toHaveLength(4), SOON);
    const refusedAt = Date.now();

    expect((await messages(ANN, 2))[1]).toEqual(voucherFor(1));

    expect(Date.now() - refusedAt).toBeGreaterThan(1500);
    await severalRounds();
    expect(telegram.attempts).toHaveLength(5);
    expect(running.output).not.toContain(telegram.token);
  });

  it('delivers after a crash what was paid before and meanwhile', async () => {
    const { nocodb, bot, tickNow, messages, buy } = await openShop(name);
    const crashed = bot.start();
    for (const user of [ANN, BEN]) await buy(user);
    await crashed.kill();
    nocodb.records.setPaid(1, true);
    await tickNow();

    bot.start();

    expect((await messages(ANN, 2))[1]).toEqual(voucherFor(1));
    nocodb.records.setPaid(2, true);
    await tickNow();
    expect((await messages(BEN, 2))[1]).toEqual(voucherFor(2));
  });

  it('repeats the same voucher after a crash between sending and remembering, and then never again', async () => {
    const { nocodb, telegram, bot, tickNow, messages, buy } = await openShop(name);
    const crashed = bot.start();
    nocodb.records.setPaid(await buy(ANN), true);
    telegram.failNext('silence');
    await tickNow();
    await messages(ANN, 2);
    await crashed.kill();

    bot.start();

    const [, before, after] = await messages(ANN, 3);
    expect(after).toBe(before);
    await severalRounds();
    expect(telegram.textsTo(ANN)).toHaveLength(3);
  });

  it('asks nobody to pay a record that is not tracked, after a crash in the middle of /buy', async () => {
    const dynamoDb = await startDynamoDb();
    const { telegram, bot, recordIds, client } = await openShop(name, dynamoDb);
    dynamoDb.mode = 'hangs';
    const crashed = bot.start();
    telegram.write(ANN, '/buy');
    await vi.waitFor(() => expect(dynamoDb.operations()).toContain('UpdateItem'), SOON);
    await crashed.kill();
    expect(recordIds()).toEqual([1]);
    dynamoDb.mode = 'works';

    bot.start();
    telegram.write(ANN, '/buy');

    // Telegram sends grammY also the first /buy again: grammY confirms it only when it has been handled.
    await vi.waitFor(() => expect(telegram.textsTo(ANN)).not.toEqual([]), SOON);
    expect(new Set(telegram.textsTo(ANN))).toEqual(new Set([toPay(2)]));
    expect(await client.status(ANN, 2)).toMatchObject({ state: 'pending' });
  });

  it('goes on after the table could not be read, with no more rights than grantTrack gives', async () => {
    const dynamoDb = await startDynamoDb();
    const { nocodb, telegram, bot, tickNow, messages, buy } = await openShop(name, dynamoDb);
    const running = bot.start();
    nocodb.records.setPaid(await buy(ANN), true);
    dynamoDb.mode = 'refuses';
    await vi.waitFor(() => expect(running.output).toMatch(/AccessDenied|may not/), SOON);
    telegram.write(BEN, '/buy');
    expect(await messages(BEN, 1)).toEqual([FAILED]);
    await tickNow();

    dynamoDb.mode = 'works';

    expect((await messages(ANN, 2))[1]).toEqual(voucherFor(1));
    expect([...dynamoDb.operations()].sort()).toEqual(['GetItem', 'UpdateItem']);
  });

  it('delivers nothing for a new record that is already paid, because NocoDB used its id again', async () => {
    const { telegram, table, bot, messages, buy } = await openShop(name);
    const expiresAt = Math.floor(Date.now() / 1000) + 1000;
    const old = { userId: String(ANN), recordId: '1' };
    await table.putPayment(old, { status: 'paid', trackedAt: 0, paidAt: 0, expiresAt });
    bot.start();

    telegram.write(ANN, '/buy');

    expect(await messages(ANN, 1)).toEqual([FAILED]);
    expect(await buy(ANN)).toBe(2);
    await severalRounds();
    expect(telegram.attempts).toHaveLength(2);
  });

  it('does not sell in groups, where everybody would read the voucher', async () => {
    const { telegram, bot, recordIds, messages } = await openShop(name);
    bot.start();

    telegram.write(ANN, '/buy', { id: -100, type: 'group', title: 'Friends' });
    telegram.write(BEN, '/start');

    expect(await messages(BEN, 1)).toEqual(['Send /buy to buy a voucher.']);
    expect(telegram.attempts).toHaveLength(1);
    expect(recordIds()).toEqual([]);
  });

  it('runs once: a second process with the same orders fails', async () => {
    const { telegram, bot, messages } = await openShop(name);
    bot.start();
    telegram.write(ANN, '/start');
    await messages(ANN, 1);

    const second = bot.start();

    expect(await second.ended).toBe(1);
    expect(second.output).toContain('database is locked');
  });
});

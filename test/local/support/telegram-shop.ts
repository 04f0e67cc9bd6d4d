import { expect, inject, onTestFinished, vi } from 'vitest';
import { type DemoNocoDb, startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { PaymentTracker } from '../../../lambda/client/index.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../../lambda/table/pending-payments.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createPaymentTable, type PaymentTable } from '../../table/support/payment-table.ts';
import { startTelegramApi } from './telegram-api.ts';
import { type BotName, installBot } from './telegram-bot.ts';

export const SOON = { timeout: 60_000, interval: 50 };

/**
 * Opens a shop: NocoDB, the table of a tracker, Telegram, and a bot that has not started.
 *
 * @param endpoint of DynamoDB, for the bot only
 */
export async function openShop(name: BotName, { endpoint = inject('awsEndpoint') } = {}) {
  const table = await createPaymentTable();
  const nocodb = await startDemoNocoDb();
  onTestFinished(() => nocodb.close());
  const telegram = await startTelegramApi();
  const bot = await installBot(name, {
    endpoint,
    variables: {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
      NOCODB_API_URL: nocodb.url,
      NOCODB_TABLE_ID: nocodb.tableId,
      NOCODB_API_TOKEN: nocodb.token,
      PAYMENT_TABLE_NAME: table.tableName,
    },
  });

  /** Waits until a user has got so many messages. @returns them */
  async function messages(userId: number, count: number): Promise<readonly string[]> {
    await vi.waitFor(() => expect(telegram.textsTo(userId)).toHaveLength(count), SOON);
    return telegram.textsTo(userId);
  }

  return {
    ...{ table, nocodb, telegram, bot, messages },
    client: new PaymentTracker(table),
    recordIds: () => nocodb.records.all().map(({ Id }) => Number(Id)),
    tickNow: ticksOver(table, nocodb),
    /** A user buys, and the bot confirms it to Telegram, which would repeat it after a crash. @returns the record to pay */
    async buy(userId: number): Promise<number> {
      const before = telegram.textsTo(userId).length;
      telegram.write(userId, '/buy');
      const text = (await messages(userId, before + 1))[before] ?? '';
      expect(text).toMatch(/^Please pay payment \d+\./);
      await vi.waitFor(() => expect(telegram.isIdle()).toBe(true), SOON);
      return Number(/\d+/.exec(text)?.[0]);
    },
  };
}

/** Real ticks on the table, each in the next slot. */
function ticksOver(table: PaymentTable, { url, token, tableId }: DemoNocoDb) {
  const { nocodb } = parseTrackerSettings({
    NOCODB_API_URL: url,
    NOCODB_TABLE_ID: tableId,
    NOCODB_OWNER_FIELD: 'TG ID',
  });
  const clock = new FakeClock(Date.now());
  const source = createRecordSource(nocodb, { token: fixedToken(token), clock, random: Math.random });
  return async () => {
    clock.advance(20_000);
    const result = await tick({
      settings: { intervalSeconds: 20 },
      clock,
      gate: new DynamoControlItem(table),
      payments: new DynamoPendingPayments({ ...table, confirmedBy: 'tick' }),
      source,
      observe: () => {},
      newOwner: () => 'test',
    });
    expect(result).toMatchObject({ outcome: 'done' });
  };
}

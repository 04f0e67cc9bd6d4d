import { setTimeout as sleep } from 'node:timers/promises';
import { Bot, GrammyError } from 'grammy';
// In your own project, import it from the package payment-tracker.
import { consoleObserver, PaymentTracker, TableUnavailableError } from '../../client/index.ts';
import { type Order, openOrders, type State } from './orders.ts';
import { nocoDbRecords } from './records.ts';

const { env } = process;
const ASK_EVERY_MS = 1000 * Number(env.ASK_EVERY_SECONDS ?? 20);

const createRecord = nocoDbRecords({
  url: `${required('NOCODB_API_URL')}/api/v2/tables/${required('NOCODB_TABLE_ID')}/records`,
  token: required('NOCODB_API_TOKEN'),
  ownerField: env.NOCODB_OWNER_FIELD ?? 'TG ID',
});
const orders = openOrders(env.ORDERS_FILE ?? 'orders.sqlite');
const payments = new PaymentTracker({
  tableName: required('PAYMENT_TABLE_NAME'),
  observe: consoleObserver(),
});
const bot = new Bot(required('TELEGRAM_BOT_TOKEN'), {
  client: { apiRoot: env.TELEGRAM_API_URL ?? 'https://api.telegram.org', timeoutSeconds: 60 },
});

const chats = bot.chatType('private');
chats.use((ctx, next) => {
  orders.unblock(ctx.from.id);
  return next();
});
chats.command('start', (ctx) => ctx.reply('Send /buy to buy a voucher.'));
chats.command('buy', async (ctx) => {
  const text = await buy(ctx.from.id).catch((error) => {
    report(error);
    return 'That did not work. Please send /buy again in a minute.';
  });
  await ctx.reply(text);
});
bot.catch(({ error }) => report(error));
await Promise.all([bot.start(), deliverForever()]);

/** Users learn the record last, so that nobody pays a record that is neither tracked nor in the orders. */
async function buy(userId: number): Promise<string> {
  const known = await recordToPay(userId);
  const recordId = known ?? (await createRecord(userId));
  const { status } = await payments.track(userId, recordId);
  if (known !== undefined) orders.renew(userId, known);
  else if (status === 'pending') orders.add(userId, recordId);
  else
    throw new Error(`buy: the new record ${recordId} is paid: NocoDB used the id of a deleted record again`);
  return status === 'paid'
    ? `Payment ${recordId} is paid. Your voucher is on its way.`
    : `Please pay payment ${recordId}. Your voucher arrives here as soon as it is paid.`;
}

/** The record of the user's open order, so that a second /buy creates no second one. */
async function recordToPay(userId: number): Promise<string | undefined> {
  for (const { recordId } of orders.open().filter((order) => order.userId === userId)) {
    const { state } = await payments.status(userId, recordId);
    if (state !== 'missing' && state !== 'invalid') return recordId;
  }
  return undefined;
}

/** Asks for all open orders, one after the other, and delivers those that are paid. */
async function deliverForever(): Promise<never> {
  for (;;) {
    try {
      for (const order of orders.open()) {
        const paid = await payments.isPaid(order.userId, order.recordId);
        if (paid) orders.setState(order, await deliver(order));
      }
    } catch (error) {
      if (!(error instanceof TableUnavailableError)) throw error;
      report(error);
    }
    await sleep(ASK_EVERY_MS);
  }
}

/** Sends the voucher. @returns the order's new state; an open order is delivered in the next round */
async function deliver({ userId, recordId, voucher }: Order): Promise<State> {
  try {
    await bot.api.sendMessage(userId, `Payment ${recordId} is paid. Your voucher: ${voucher}`);
    return 'delivered';
  } catch (error) {
    report(error);
    if (!(error instanceof GrammyError)) return 'open';
    // 403: the user blocked the bot. 400: Telegram does not know the user, or no longer.
    if (error.error_code === 403 || error.error_code === 400) return 'blocked';
    await sleep(1000 * (error.parameters.retry_after ?? 0));
    return 'open';
  }
}

/** Prints messages only: other properties of an error can contain the bot's token. */
function report(error: unknown): void {
  console.error((error as Error).message);
}

/** @throws {Error} if a variable is not set, or cannot be sent in a header: fetch would show the token in its error */
function required(name: string): string {
  const value = env[name]?.trim() ?? '';
  if (!/^[!-~]+$/.test(value)) throw new Error(`${name} is not set, or has white space in it`);
  return value;
}

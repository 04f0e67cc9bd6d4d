"""A Telegram bot: creates the record in NocoDB, tracks it, and delivers the voucher when it is paid."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError
from telegram import Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ApplicationBuilder, CommandHandler, TypeHandler, filters

import orders
import payments
from records import create_record

TELEGRAM_API_URL = os.environ.get("TELEGRAM_API_URL", "https://api.telegram.org")
ASK_EVERY_SECONDS = float(os.environ.get("ASK_EVERY_SECONDS", "20"))
PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE

# boto3's resources are not thread-safe: one thread uses the table.
table_thread = ThreadPoolExecutor(max_workers=1)


async def on_update(update, _):
    if update.effective_user:
        orders.unblock(update.effective_user.id)


async def on_start(update, _):
    await update.message.reply_text("Send /buy to buy a voucher.")


async def on_buy(update, _):
    try:
        text = await buy(update.effective_user.id)
    except Exception:
        logging.exception("/buy of user %s failed", update.effective_user.id)
        text = "That did not work. Please send /buy again in a minute."
    await update.message.reply_text(text)


async def buy(user_id):
    """Users learn the record last, so that nobody pays a record that is neither tracked nor in the orders."""
    known = await record_to_pay(user_id)
    record_id = known or await create_record(user_id)
    status = await in_table(payments.track, user_id, record_id)
    if known:
        orders.renew(user_id, known)
    elif status == "pending":
        orders.add(user_id, record_id)
    else:
        raise RuntimeError(f"the new record {record_id} is paid: NocoDB used the id of a deleted record again")
    if status == "paid":
        return f"Payment {record_id} is paid. Your voucher is on its way."
    return f"Please pay payment {record_id}. Your voucher arrives here as soon as it is paid."


async def record_to_pay(user_id):
    """The record of the user's open order, so that a second /buy creates no second one."""
    for owner, record_id, _ in orders.open_orders():
        if owner == user_id and await in_table(payments.status, owner, record_id) not in ("missing", "invalid"):
            return record_id
    return None


async def deliver_forever(bot):
    """Asks for all open orders, one after the other, and delivers those that are paid."""
    while True:
        try:
            for user_id, record_id, voucher in orders.open_orders():
                if await in_table(payments.is_paid, user_id, record_id):
                    state = await deliver(bot, user_id, record_id, voucher)
                    orders.set_state(user_id, record_id, state)
        except (BotoCoreError, ClientError) as error:
            logging.error("The table cannot be read: %s", error)
        await asyncio.sleep(ASK_EVERY_SECONDS)


async def deliver(bot, user_id, record_id, voucher):
    """Sends the voucher. Returns the order's new state; an open order is delivered in the next round."""
    try:
        await bot.send_message(user_id, f"Payment {record_id} is paid. Your voucher: {voucher}")
        return "delivered"
    except TelegramError as error:
        logging.error("Payment %s of user %s is not delivered: %s", record_id, user_id, error)
        # The user blocked the bot. Or Telegram does not know the user, or no longer.
        if isinstance(error, (Forbidden, BadRequest)):
            return "blocked"
        await asyncio.sleep(getattr(error, "retry_after", 0))
        return "open"


def in_table(function, *ids):
    return asyncio.get_running_loop().run_in_executor(table_thread, function, *ids)


async def main():
    # It handles one update after the other, so two /buy of a user never both find that there is no order.
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"]).base_url(f"{TELEGRAM_API_URL}/bot")
    application = builder.build()
    application.add_handler(TypeHandler(Update, on_update), group=-1)
    application.add_handler(CommandHandler("start", on_start, PRIVATE))
    application.add_handler(CommandHandler("buy", on_buy, PRIVATE))
    async with application:
        await application.start()
        await application.updater.start_polling()
        try:
            await deliver_forever(application.bot)
        finally:
            await application.updater.stop()
            await application.stop()


if __name__ == "__main__":
    asyncio.run(main())

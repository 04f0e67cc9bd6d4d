"""The bot's orders, in a file that survives a restart and a crash."""

import os
import secrets
import sqlite3
import time

# The tracker keeps a pending payment for 90 days and a paid one for 30. After that, no order can become paid.
KEEP_SECONDS = (90 + 30) * 86_400

_database = sqlite3.connect(os.environ.get("ORDERS_FILE", "orders.sqlite"), isolation_level=None)
# The lock makes a second process of this bot fail. "blocked": the order is paid, but the user blocked the bot.
_database.executescript("""PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;
    CREATE TABLE IF NOT EXISTS orders (user_id INTEGER, record_id TEXT, voucher TEXT NOT NULL,
      asked_at INTEGER NOT NULL, state TEXT DEFAULT 'open' CHECK (state IN ('open', 'blocked', 'delivered')),
      PRIMARY KEY (user_id, record_id));
    COMMIT""")


def open_orders():
    """(user id, record id, voucher) of each order that is not delivered, of users who can be reached."""
    return _database.execute(
        "SELECT user_id, record_id, voucher FROM orders WHERE state = 'open' AND asked_at > ? ORDER BY asked_at",
        [_milliseconds(time.time() - KEEP_SECONDS)],
    ).fetchall()


def add(user_id, record_id):
    """The voucher is made once, with the order, so that no repeated message contains another one."""
    _database.execute(
        "INSERT INTO orders (user_id, record_id, voucher, asked_at) VALUES (?, ?, ?, ?)",
        [user_id, record_id, secrets.token_hex(8), _milliseconds(time.time())],
    )


def renew(user_id, record_id):
    """Keeps an order open for longer."""
    _database.execute(
        "UPDATE orders SET asked_at = ? WHERE user_id = ? AND record_id = ?",
        [_milliseconds(time.time()), user_id, record_id],
    )


def set_state(user_id, record_id, state):
    _database.execute(
        "UPDATE orders SET state = ? WHERE user_id = ? AND record_id = ?", [state, user_id, record_id]
    )


def unblock(user_id):
    """Opens the blocked orders of a user who wrote again."""
    _database.execute("UPDATE orders SET state = 'open' WHERE user_id = ? AND state = 'blocked'", [user_id])


def _milliseconds(seconds):
    return int(seconds * 1000)

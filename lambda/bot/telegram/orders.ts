import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** What a user buys. The voucher is made once, with the order, so that no repeated message contains another one. */
export interface Order {
  readonly userId: number;
  readonly recordId: string;
  readonly voucher: string;
}

/** `blocked`: the order is paid, but the user blocked the bot. */
export type State = 'open' | 'blocked' | 'delivered';

/** The tracker keeps a pending payment for 90 days and a paid one for 30. After that, no order can become paid. */
const KEEP_MS = (90 + 30) * 86_400_000;

/**
 * Opens the bot's orders, in a file that survives a restart and a crash.
 *
 * @throws {Error} `database is locked` if another process of the bot runs
 */
export function openOrders(file: string) {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;
    CREATE TABLE IF NOT EXISTS orders (user_id INTEGER, record_id TEXT, voucher TEXT NOT NULL,
      asked_at INTEGER NOT NULL, state TEXT DEFAULT 'open' CHECK (state IN ('open', 'blocked', 'delivered')),
      PRIMARY KEY (user_id, record_id));
    COMMIT`);
  const insert = database.prepare(
    'INSERT INTO orders (user_id, record_id, voucher, asked_at) VALUES (?, ?, ?, ?)',
  );
  const update = database.prepare('UPDATE orders SET state = ? WHERE user_id = ? AND record_id = ?');
  const renew = database.prepare('UPDATE orders SET asked_at = ? WHERE user_id = ? AND record_id = ?');
  const unblock = database.prepare(
    "UPDATE orders SET state = 'open' WHERE user_id = ? AND state = 'blocked'",
  );
  const select = database.prepare(
    'SELECT user_id AS userId, record_id AS recordId, voucher FROM orders' +
      " WHERE state = 'open' AND asked_at > ? ORDER BY asked_at",
  );
  return {
    /** The orders that are not delivered, of users who can be reached. */
    open: () => select.all(Date.now() - KEEP_MS) as unknown as readonly Order[],
    /** @throws {Error} if the user already has an order for the record */
    add: (userId: number, recordId: string) =>
      void insert.run(userId, recordId, randomBytes(8).toString('hex'), Date.now()),
    /** Keeps an order open for longer. */
    renew: (userId: number, recordId: string) => void renew.run(Date.now(), userId, recordId),
    setState: ({ userId, recordId }: Order, state: State) => void update.run(state, userId, recordId),
    /** Opens the blocked orders of a user who wrote again. */
    unblock: (userId: number) => void unblock.run(userId),
  };
}

import { onTestFinished } from 'vitest';
import { createPaymentPageBackend } from '../../../infra/local/demo/payment-page-backend.ts';
import { type DemoNocoDb, startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createTickHistory } from '../../../infra/local/log/tick-history.ts';
import { type PageServer, startPageServer } from '../../../infra/local/page/page-server.ts';
import { PaymentTracker } from '../../../lambda/client/index.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { createLogObserver } from '../../../lambda/observability/log-observer.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../../lambda/table/pending-payments.ts';
import { systemClock } from '../../../lambda/tracker/clock.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { SimulatedTable } from '../../simulation/dynamo/simulated-table.ts';

export const INTERVAL_SECONDS = 20;

/** The page as `npm start` serves it, with the tracker and its table in this process. */
export interface PageShop {
  readonly nocodb: DemoNocoDb;
  readonly server: PageServer;
  /** Serves the page again at the same address, after its server was closed. */
  reopen(): Promise<void>;
  /** What a bot uses. */
  readonly tracker: PaymentTracker;
  /** Adds a record for a customer of its own. @returns its ids */
  add(title: string): { readonly recordId: string; readonly userId: string };
  /** Adds a record and tracks its payment. @returns the record id */
  sell(title: string): Promise<string>;
  /** Runs a tick, in the next slot unless `again`. A tick that fails rejects only here; the page shows it. */
  tick(options?: { readonly again?: boolean }): Promise<void>;
}

export async function openPageShop(): Promise<PageShop> {
  const nocodb = await startDemoNocoDb();
  onTestFinished(() => nocodb.close());
  let ahead = 0;
  /** The machine's clock, which is put forward to the next slot instead of waiting for it. */
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const client = new SimulatedTable({ propagate: (_, show) => show() }).client(async (operate) => operate(1));
  const table = { client, tableName: 'simulated' };
  const tracker = new PaymentTracker({ ...table, clock });
  const history = createTickHistory(INTERVAL_SECONDS);
  const log = (text: string, fields: Record<string, unknown>) =>
    history.add({ at: clock.now(), text, fields });
  const { nocodb: settings } = parseTrackerSettings({
    NOCODB_API_URL: nocodb.url,
    NOCODB_TABLE_ID: nocodb.tableId,
  });
  const dependencies = {
    settings: { intervalSeconds: INTERVAL_SECONDS },
    clock,
    gate: new DynamoControlItem(table),
    payments: new DynamoPendingPayments({ ...table, confirmedBy: 'tick' }),
    source: createRecordSource(settings, { token: fixedToken(nocodb.token), clock, random: Math.random }),
    observe: createLogObserver({ debug: log, info: log, warn: log, error: log }),
    newOwner: () => 'test',
  };

  function add(title: string) {
    const userId = String(1001 + nocodb.records.all().length);
    return { userId, recordId: String(nocodb.records.insert({ Title: title, 'TG ID': userId })) };
  }

  async function sell(title: string): Promise<string> {
    const { userId, recordId } = add(title);
    await tracker.track(userId, recordId);
    return recordId;
  }

  const backend = createPaymentPageBackend({
    records: nocodb.records,
    tracker,
    intervalSeconds: INTERVAL_SECONDS,
    webhook: false,
    history,
    invoke: async (_name, event) => ({ recordId: await sell((event as { title: string }).title) }),
    createPaymentFunction: 'CreatePayment',
    now: clock.now,
  });

  async function serve(port: number): Promise<PageServer> {
    const opened = await startPageServer({ backend, port, onError: () => {} });
    onTestFinished(() => opened.close());
    return opened;
  }

  const server = await serve(0);
  return {
    nocodb,
    server,
    async reopen() {
      await serve(Number(new URL(server.url).port));
    },
    tracker,
    add,
    sell,
    async tick({ again = false } = {}) {
      const slot = INTERVAL_SECONDS * 1000;
      if (!again) ahead += slot - (clock.now() % slot);
      await tick(dependencies);
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DemoNocoDb } from '../demo-nocodb/demo-nocodb.ts';
import type { DeployedTracker } from '../deployment/deploy-tracker.ts';
import type { TickHistory } from '../log/tick-history.ts';
import { type PageServer, startPageServer } from '../page/page-server.ts';
import { payAndAsk, USER_FIELD, WAITING_CUSTOMERS } from './customers.ts';
import { createPaymentPageBackend } from './payment-page-backend.ts';

const PREFERRED_PAGE_PORT = 8090;

export interface DemoOptions {
  readonly nocodb: DemoNocoDb;
  readonly tracker: PaymentTracker;
  readonly deployed: DeployedTracker;
  /** Whether NocoDB's webhook reports paid records. */
  readonly webhook: boolean;
  readonly history: TickHistory;
  readonly say: (text: string) => void;
  /** Ends the demo. */
  readonly signal: AbortSignal;
}

/** Adds the customers' records to the demo NocoDB, tracks their payments as a bot does, and serves the page. */
export async function openDemo(options: DemoOptions): Promise<PageServer> {
  const { nocodb, tracker, deployed, webhook, history, say } = options;
  const recordIds = nocodb.records.insertMany(
    WAITING_CUSTOMERS.map(({ userId, title }) => ({ Title: title, [USER_FIELD]: userId })),
  );
  const page = await startPageServer({
    backend: createPaymentPageBackend({
      records: nocodb.records,
      tracker,
      intervalSeconds: deployed.intervalSeconds,
      webhook,
      history,
      invoke: deployed.invoke,
      createPaymentFunction: deployed.output('CreatePaymentFunctionName'),
    }),
    port: await getPort({ host: '127.0.0.1', port: PREFERRED_PAGE_PORT }),
    onError: (error) => say(`page: ${messageOf(error)}`),
  });
  await tracker.trackMany(
    WAITING_CUSTOMERS.map(({ userId }, index) => ({ userId, recordId: recordIds[index] as number })),
  );
  return page;
}

/** Lets the first customer pay. Ends without an error when `signal` aborts. */
export async function runFirstCustomer(options: DemoOptions): Promise<void> {
  const { nocodb, deployed, say, signal } = options;
  const [first] = nocodb.records.all();
  const [userId, recordId] = [String(first?.[USER_FIELD]), String(first?.Id)];
  try {
    await payAndAsk({
      userId,
      recordId,
      pay: () => void nocodb.records.setPaid(Number(recordId), true),
      ask: async () => {
        const answer = await deployed.invoke(deployed.output('CheckPaymentFunctionName'), {
          userId,
          recordId,
        });
        return (answer as { paid: boolean }).paid;
      },
      say,
      sleep: (milliseconds) => sleep(milliseconds, undefined, { signal }),
    });
  } catch (error) {
    if (!signal.aborted) say(`demo: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

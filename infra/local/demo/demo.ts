import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import type { PaymentTracker } from '../../../lambda/client/index.ts';
import type { DemoNocoDb } from '../demo-nocodb/demo-nocodb.ts';
import type { DeployedTracker } from '../deployment/deploy-tracker.ts';
import { type PageServer, startPageServer } from '../page/page-server.ts';
import { createDemoDesk } from './demo-desk.ts';

const PREFERRED_PAGE_PORT = 8090;

export interface DemoOptions {
  readonly nocodb: DemoNocoDb;
  readonly tracker: PaymentTracker;
  readonly deployed: DeployedTracker;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Fills the demo NocoDB, registers its customers as a bot does when it starts, and serves the page. */
export async function openDemo(options: DemoOptions): Promise<PageServer> {
  const { nocodb, tracker, deployed, say } = options;
  const recordIds = nocodb.records.insertMany(
    WAITING_CUSTOMERS.map(({ userId, title }) => ({ Title: title, [USER_FIELD]: userId })),
  );
  const page = await startPageServer({
    desk: createDemoDesk({
      records: nocodb.records,
      tracker,
      invoke: deployed.invoke,
      createPaymentFunction: deployed.output('CreatePaymentFunctionName'),
    }),
    intervalSeconds: deployed.intervalSeconds,
    port: await getPort({ host: '127.0.0.1', port: PREFERRED_PAGE_PORT }),
    onError: (error) => say(`page: ${messageOf(error)}`),
  });
  await tracker.trackMany(
    WAITING_CUSTOMERS.map(({ userId }, index) => ({ userId, recordId: recordIds[index] as number })),
  );
  return page;
}

/** Has the first waiting customer pay. Ends quietly with the signal. */
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

/** A customer of the demo's shop. */
export interface Customer {
  readonly userId: string;
  readonly title: string;
}

/** The field of the demo NocoDB's table that names the customer. */
export const USER_FIELD = 'TG ID';

/** Who waits for a confirmation when the demo begins. */
export const WAITING_CUSTOMERS: readonly Customer[] = [
  { userId: '1001', title: 'Coffee, 1 kg' },
  { userId: '1002', title: 'Tea, 200 g' },
  { userId: '1003', title: 'Honey, 500 g' },
  { userId: '1004', title: 'Chocolate, 10 bars' },
  { userId: '1005', title: 'Gift card' },
];

/** What the demo's own customer does, so that something happens before anybody touches the page. */
export interface PayingCustomerOptions {
  readonly userId: string;
  readonly recordId: string;
  /** Ticks the box in NocoDB. */
  readonly pay: () => void;
  /** Asks the bot whether the payment has arrived. */
  readonly ask: () => Promise<boolean>;
  readonly say: (text: string) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const THINKS_MS = 5000;
const ASKS_EVERY_MS = 2000;

/** Pays after some seconds and asks the bot until it knows. */
export async function payAndAsk(options: PayingCustomerOptions): Promise<void> {
  const { userId, recordId, pay, ask, say, sleep } = options;
  await sleep(THINKS_MS);
  pay();
  say(`demo: customer ${userId} pays record ${recordId}, and asks the bot from now on`);
  while (!(await ask())) await sleep(ASKS_EVERY_MS);
  say(`demo: the bot answers customer ${userId}: paid. The others are yours to tick on the page`);
}

/** A customer of the demo, who has one payment. */
export interface Customer {
  readonly userId: string;
  readonly title: string;
}

/** The field of the demo NocoDB's table that holds the user id. */
export const USER_FIELD = 'TG ID';

/** The customers whose payments are pending when the demo starts. */
export const WAITING_CUSTOMERS: readonly Customer[] = [
  { userId: '1001', title: 'Coffee, 1 kg' },
  { userId: '1002', title: 'Tea, 200 g' },
  { userId: '1003', title: 'Honey, 500 g' },
  { userId: '1004', title: 'Chocolate, 10 bars' },
  { userId: '1005', title: 'Gift card' },
];

export interface PayingCustomerOptions {
  readonly userId: string;
  readonly recordId: string;
  /** Ticks the box in NocoDB. */
  readonly pay: () => void;
  /** Asks the bot whether the payment is paid. */
  readonly ask: () => Promise<boolean>;
  readonly say: (text: string) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const PAYS_AFTER_MS = 5000;
const ASKS_EVERY_MS = 2000;

/** Pays after a few seconds, then asks the bot until it answers that the payment is paid. */
export async function payAndAsk(options: PayingCustomerOptions): Promise<void> {
  const { userId, recordId, pay, ask, say, sleep } = options;
  await sleep(PAYS_AFTER_MS);
  pay();
  say(`demo: customer ${userId} pays record ${recordId} and asks the bot until it confirms`);
  while (!(await ask())) await sleep(ASKS_EVERY_MS);
  say(`demo: the bot answers customer ${userId}: paid. Tick the other payments on the page`);
}

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

import type { DemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import type { Fault } from '../../../infra/local/demo-nocodb/for-tests/faults.ts';
import type { PaymentTracker } from '../../../lambda/client/index.ts';

/** Payments in one call of `trackMany`. */
const TRACKED_AT_ONCE = 500;

/** Faults of NocoDB, which happen one at a time. */
const FAULTS: readonly Fault[] = [
  { kind: 'answer', status: 500, body: { msg: 'Internal server error' } },
  { kind: 'answer', status: 502, body: '<html><title>Bad gateway</title></html>' },
  {
    kind: 'answer',
    status: 429,
    body: 'ThrottlerException: Too Many Requests',
    headers: { 'retry-after': '30' },
  },
  { kind: 'reset' },
  { kind: 'cut', bytes: 10 },
  { kind: 'silence' },
];

/** Customers who come and pay at the same rate, so that the number of pending payments stays about the same. */
export class Shop {
  readonly #nocodb: DemoNocoDb;
  readonly #tracker: PaymentTracker;
  readonly #waiting: number[] = [];
  /** Records that were ticked as paid. */
  readonly paid: number[] = [];
  /** Faults that NocoDB was ordered to make. */
  faults = 0;

  constructor(nocodb: DemoNocoDb, tracker: PaymentTracker) {
    this.#nocodb = nocodb;
    this.#tracker = tracker;
  }

  /** Customers come: each gets a record, and the bot tracks it. */
  async come(customers: number): Promise<void> {
    const records = Array.from({ length: customers }, (_, index) => ({ Title: `Order ${index}` }));
    const ids = this.#nocodb.records.insertMany(records);
    const payments = ids.map((id) => ({ userId: id, recordId: id }));
    for (let start = 0; start < payments.length; start += TRACKED_AT_ONCE) {
      await this.#tracker.trackMany(payments.slice(start, start + TRACKED_AT_ONCE));
    }
    this.#waiting.push(...ids);
  }

  /** The customers who have waited longest pay. */
  pay(customers: number): void {
    for (const id of this.#waiting.splice(0, customers)) {
      this.#nocodb.records.setPaid(id, true);
      this.paid.push(id);
    }
  }

  /** The next request to NocoDB fails, with the next of {@link FAULTS}. */
  fail(): void {
    this.#nocodb.failNext(FAULTS[this.faults % FAULTS.length] as Fault);
    this.faults += 1;
  }
}

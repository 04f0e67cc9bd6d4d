import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { toControl } from '../../lambda/table/control-attributes.ts';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { namesIn } from '../../lambda/table/document-table.ts';
import {
  CONTROL_KEY,
  LAYOUT_VERSION,
  type PaymentItem,
  paymentKey,
  USER_PREFIX,
} from '../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../lambda/table/payment-store.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import type { Clock } from '../../lambda/tracker/clock.ts';
import type { ConfirmedBy, PaymentStatus } from '../../lambda/tracker/payment.ts';
import type { Control } from '../../lambda/tracker/payment-store.ts';
import { SimulatedTable } from '../simulation/dynamo/simulated-table.ts';

export interface SimulatedPaymentsOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** @default 'tick' */
  readonly confirmedBy?: ConfirmedBy;
}

/**
 * A payments table in memory: the real adapters on the simulated table, which evaluates the expressions they send. Its
 * index shows every change at once.
 */
export class SimulatedPayments {
  readonly gate: DynamoControlItem;
  readonly payments: DynamoPendingPayments;
  readonly count: DynamoControlItem;
  /** Changed items, without those that the methods of this class change. */
  writes = 0;
  readonly #table = new SimulatedTable({ propagate: (_, show) => show() });
  readonly #client = this.#table.client(async (operate) => operate(1));
  readonly #store: DynamoPaymentStore;
  readonly #clock: Pick<Clock, 'now'>;

  constructor({ clock, confirmedBy = 'tick' }: SimulatedPaymentsOptions) {
    const options = { client: this.#client, tableName: 'simulated' };
    this.gate = new DynamoControlItem(options);
    this.payments = new DynamoPendingPayments({ ...options, confirmedBy });
    this.count = new DynamoControlItem(options);
    this.#store = new DynamoPaymentStore(options);
    this.#clock = clock;
    this.#table.follow(() => {
      this.writes += 1;
    });
  }

  /** Tracks a payment as a bot does. */
  async track(userId: string, recordId: string): Promise<void> {
    await this.#uncounted(() => this.#store.track({ userId, recordId }, this.#clock.now()));
  }

  /** The payment's item as stored. */
  item(userId: string, recordId: string): PaymentItem | undefined {
    return this.#table.item(paymentKey({ userId, recordId })) as PaymentItem | undefined;
  }

  status(userId: string, recordId: string): PaymentStatus | undefined {
    return this.item(userId, recordId)?.status;
  }

  /** The items of all payments. */
  items(): PaymentItem[] {
    const items = [...this.#table.items()] as unknown as PaymentItem[];
    return items.filter(({ pk }) => pk.startsWith(USER_PREFIX));
  }

  get control(): Control {
    return toControl(this.#table.item(CONTROL_KEY));
  }

  /** Writes the control item as earlier ticks would have: these attributes, and the layout. */
  async remember(state: Partial<Omit<Control, 'counters'>>, layout: number = LAYOUT_VERSION): Promise<void> {
    const attributes = { ...state, layout };
    const update = `SET ${Object.keys(attributes).map((name) => `#${name} = :${name}`)}`;
    const values = Object.entries(attributes).map(([name, value]) => [`:${name}`, value]);
    const command = new UpdateCommand({
      TableName: 'simulated',
      Key: CONTROL_KEY,
      UpdateExpression: update,
      ExpressionAttributeNames: namesIn(update),
      ExpressionAttributeValues: Object.fromEntries(values),
    });
    await this.#uncounted(() => this.#client.send(command));
  }

  async #uncounted(write: () => Promise<unknown>): Promise<void> {
    const before = this.writes;
    await write();
    this.writes = before;
  }
}

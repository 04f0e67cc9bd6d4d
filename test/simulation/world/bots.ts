import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CONTROL_KEY } from '../../../lambda/table/layout.ts';
import { DynamoPaymentStore } from '../../../lambda/table/payment-store.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';
import type { SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Expiry, FaultProfile } from './fault-profile.ts';
import type { Ledger } from './ledger.ts';
import type { NocoDbServer } from './nocodb-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Mean time between two users who begin to pay by day; how long most of them take, and the few who pay late. */
const ARRIVALS = 12_000;
const PAYING_TIME = 4 * MINUTE;
const LATECOMERS = { share: 0.02, from: 45 * MINUTE, to: 2 * HOUR };

/** Of all users: those who never pay, and whose bot stops waiting. */
const ABANDONED = 0.1;
const POLL = 30 * MINUTE;

/** Of those who paid: how many are tracked once more, by a bot that starts again. */
const TRACKED_AGAIN = 0.02;

/** Now and then somebody imports many users, and later ticks all their records within a minute. */
const GROUPS = { every: 3 * HOUR, smallest: 60, largest: 150, paidAfter: 10 * MINUTE, paidWithin: MINUTE };

/** Of all users: those whose record was paid long before a bot tracks it, as after a restored backup. No change tells of it. */
const TRACKED_LATE = { share: 0.05, after: 5 * MINUTE };

/** Mean time between two payments of the backlog that are paid. */
const BACKLOG_PAYMENTS = 30_000;

/** Nobody comes for the last part of each cycle, so that nothing is pending and the loop rests. */
const CYCLE = { length: 8 * HOUR, day: 5.5 * HOUR };

/** How long a bot's operation on the table takes. Bots are not what is being tested: theirs succeed. */
const TABLE_LATENCY = 5;

export interface BotsOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly profile: FaultProfile;
  readonly server: NocoDbServer;
  readonly table: SimulatedTable;
  readonly ledger: Ledger;
}

/** Users who pay or do not, the bots that track their payments, and the people who work in the NocoDB table. */
export class Bots {
  readonly #options: BotsOptions;
  readonly #store: DynamoPaymentStore;
  readonly #backlog: PaymentKey[] = [];
  readonly #againRandom: Random;
  #end = 0;
  #users = 0;
  #poisonous = 0;

  constructor(options: BotsOptions) {
    this.#options = options;
    this.#againRandom = options.random.fork('tracked again');
    const client = options.table.client(async (operate) => {
      await options.time.sleep(TABLE_LATENCY);
      return operate(1);
    });
    this.#store = new DynamoPaymentStore({ client, tableName: 'simulated' });
  }

  /** @param end nobody comes after this moment; epoch milliseconds */
  start(end: number): void {
    const { time, random, server } = this.#options;
    const begin = time.now();
    this.#end = end;
    const isDay = () => (time.now() - begin) % CYCLE.length < CYCLE.day && server.mishap !== 'other-table';
    const repeat = (every: number, come: () => void) =>
      time.repeat({ random, every, isOver: () => time.now() >= end }, () => isDay() && come());
    repeat(ARRIVALS, () => time.spawn(() => this.#comeAlone()));
    repeat(BACKLOG_PAYMENTS, () => this.#payFromBacklog());
    repeat(GROUPS.every, () => time.spawn(() => this.#comeTogether()));
  }

  /** Tracks what is pending from the beginning, in a table that a tracker of layout 1 wrote: nobody is a newcomer. */
  async trackBacklog(): Promise<void> {
    const { table, server, ledger, time, profile } = this.#options;
    const client = table.client(async (operate) => operate(1));
    await client.send(
      new UpdateCommand({
        TableName: 'simulated',
        Key: CONTROL_KEY,
        UpdateExpression: 'SET layout = :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
    const store = new DynamoPaymentStore({ client, tableName: 'simulated' });
    for (let count = 0; count < profile.backlog; count += 1) {
      const userId = this.#newUser();
      const payment = { userId, recordId: server.records.insert(userId) };
      ledger.tracked(payment);
      this.#backlog.push(payment);
      await store.track(payment, Math.floor(time.now()));
    }
  }

  #payFromBacklog(): void {
    const { random } = this.#options;
    const index = Math.floor(random.between(0, this.#backlog.length));
    const [payment] = this.#backlog.splice(index, 1);
    if (payment !== undefined) this.#pay(payment);
  }

  async #comeAlone(): Promise<void> {
    const { time, random, profile, server } = this.#options;
    if (random.chance(profile.poisonousIds)) return this.#trackPoison();
    if (random.chance(TRACKED_LATE.share)) return this.#trackPaid();
    const payment = await this.#newPayment();
    if (random.chance(profile.mistakenUsers)) time.spawn(() => this.#trackForAnother(payment.recordId));
    if (random.chance(profile.deletedRecords)) return this.#delete(payment);
    if (random.chance(ABANDONED)) return this.#giveUp(payment);
    await time.sleep(this.#payingTime());
    this.#pay(payment);
    const { expiry } = profile;
    if (expiry !== undefined) time.spawn(() => this.#trackExpired(payment, expiry));
    if (!random.chance(TRACKED_AGAIN)) return;
    await time.sleep(random.exponential(PAYING_TIME));
    // Otherwise it would be one of the other table.
    if (server.mishap === 'other-table') return;
    await this.#store.track(payment, Math.floor(time.now()));
  }

  /** A bot that has forgotten a payment asks for it, finds none because it has expired, and tracks it once more. */
  async #trackExpired(payment: PaymentKey, { trackedAgain: { share, after } }: Expiry): Promise<void> {
    const { time, ledger } = this.#options;
    while (this.#againRandom.chance(share)) {
      await time.sleep(this.#againRandom.between(...after));
      if (time.now() >= this.#end) return;
      if ((await this.#store.find(payment, time.now())) !== undefined) continue;
      ledger.trackedAgain(payment);
      await this.#store.track(payment, Math.floor(time.now()));
    }
  }

  async #comeTogether(): Promise<void> {
    const { time, random } = this.#options;
    const size = Math.floor(random.between(GROUPS.smallest, GROUPS.largest));
    const payments = await Promise.all(Array.from({ length: size }, () => this.#newPayment()));
    await time.sleep(GROUPS.paidAfter);
    for (const payment of payments) {
      time.at(time.now() + random.between(0, GROUPS.paidWithin), () => this.#pay(payment));
    }
  }

  /** A record is deleted before anybody paid it; on SQLite the next record gets its id. */
  async #delete(payment: PaymentKey): Promise<void> {
    const { time, random, server, profile } = this.#options;
    await time.sleep(random.exponential(PAYING_TIME));
    server.records.delete(payment.recordId);
    if (random.chance(profile.reusedIds)) {
      const userId = this.#newUser();
      server.records.insertAs(payment.recordId, userId);
      await this.#track({ userId, recordId: payment.recordId });
      await time.sleep(random.exponential(PAYING_TIME));
      this.#pay({ userId, recordId: payment.recordId });
    }
    await time.sleep(2 * HOUR);
    await this.#store.untrack(payment, time.now());
  }

  async #giveUp(payment: PaymentKey): Promise<void> {
    const { time, ledger } = this.#options;
    await time.sleep(POLL);
    const { status } = await this.#store.untrack(payment, time.now());
    if (status === 'untracked') ledger.untracked(payment);
  }

  async #trackForAnother(recordId: string): Promise<void> {
    const payment = { userId: this.#newUser(), recordId };
    await this.#track(payment);
    await this.#giveUp(payment);
  }

  async #trackPoison(): Promise<void> {
    const recordId = `rec_${++this.#poisonous}`;
    this.#options.server.poison.add(recordId);
    await this.#track({ userId: this.#newUser(), recordId });
  }

  async #trackPaid(): Promise<void> {
    const { time, server, ledger } = this.#options;
    const userId = this.#newUser();
    const payment = { userId, recordId: server.records.insert(userId) };
    server.records.pay(payment.recordId);
    await time.sleep(TRACKED_LATE.after);
    await this.#track(payment);
    ledger.paid(payment);
  }

  async #newPayment(): Promise<PaymentKey> {
    const userId = this.#newUser();
    const payment = { userId, recordId: this.#options.server.records.insert(userId) };
    await this.#track(payment);
    return payment;
  }

  async #track(payment: PaymentKey): Promise<void> {
    const { time, ledger, server } = this.#options;
    while (server.mishap === 'other-table') await time.sleep(MINUTE);
    ledger.tracked(payment);
    await this.#store.track(payment, Math.floor(time.now()));
  }

  #pay(payment: PaymentKey): void {
    const { server, ledger } = this.#options;
    server.records.pay(payment.recordId);
    ledger.paid(payment);
  }

  #payingTime(): number {
    const { random } = this.#options;
    const { share, from, to } = LATECOMERS;
    return random.chance(share) ? random.between(from, to) : Math.min(from, random.exponential(PAYING_TIME));
  }

  #newUser(): string {
    return String(1_000 + this.#users++);
  }
}

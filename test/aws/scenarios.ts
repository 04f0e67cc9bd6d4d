import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployedTracker } from '../../infra/local/deployment/deploy-tracker.ts';
import type { AwsClientConfig } from '../../infra/local/emulator/aws-environment.ts';
import type { LogEvent } from '../../infra/local/log/follow-log.ts';
import { functionLogGroups, logReader } from '../../infra/local/log/function-logs.ts';
import { runCommand } from '../../infra/local/process/run-command.ts';
import { VARIABLES } from '../../lambda/settings/settings.ts';
import { slotOf } from '../../lambda/tracker/interval.ts';
import { listenForAlarms } from '../support/alarm-bell.ts';
import { type ExampleBots, exampleBots, type Payment } from '../support/example-bots.ts';
import { openFunctionDoor } from '../support/function-door.ts';
import type { Account } from './account.ts';
import type { TestNocoDb } from './nocodb/nocodb.ts';
import { readTickTimes, type Spread, spread, type TickTimes } from './tick-times.ts';
import { waitFor } from './wait.ts';

const CLI = join(import.meta.dirname, '../../infra/cli/cli.ts');

/** What the scenarios have in common. */
export interface World {
  readonly account: Account;
  readonly nocodb: TestNocoDb;
  readonly deployed: DeployedTracker<Partial<AwsClientConfig>>;
  readonly signal: AbortSignal;
  readonly say: (progress: string) => void;
  /** Records that were created. */
  readonly records: string[];
}

/** The scenarios of the emulator's tests, on any account. Each throws an error if something is not as it should be. */
export class Scenarios {
  readonly #world: World;
  readonly #bots: ExampleBots;
  #users = 0;
  #groups: readonly string[] | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#bots = exampleBots(world.deployed);
  }

  /** Ticks run on the grid, one in each slot, as long as something is pending. */
  async ticks(minutes: number): Promise<TickTimes & { readonly slotsWithout: number }> {
    const { deployed, signal } = this.#world;
    const { intervalSeconds } = deployed;
    const interval = intervalSeconds * 1000;
    await this.#newPayment();
    await sleep(2 * interval, undefined, { signal });
    const from = slotOf(Date.now(), intervalSeconds) + interval;
    const to = from + Math.ceil((minutes * 60_000) / interval) * interval;
    // Lines of the log arrive late.
    await sleep(to + 15_000 - Date.now(), undefined, { signal });
    const times = readTickTimes(await this.#log(from), intervalSeconds, { from, to: to - 1 });
    assert.ok(times.ticks > 0, 'no tick ran');
    assert.equal(times.mostInSlot, 1, 'a slot has more than one tick');
    return { ...times, slotsWithout: (to - from) / interval - times.ticks };
  }

  /** Paid records become readable as paid, and are told to the bot, each once. */
  async confirmations(count: number): Promise<{ readonly delay: Spread; readonly announcement: Spread }> {
    const { deployed, signal } = this.#world;
    const begin = Date.now();
    // On an emulator, the first call of each function starts a process.
    await this.#payAndWait(await this.#newPayment());
    const delays: number[] = [];
    const payments: Payment[] = [];
    for (let index = 0; index < count; index++) {
      const payment = await this.#newPayment();
      const interval = deployed.intervalSeconds * 1000;
      const phase = ((index + 0.5) / count) * interval;
      await sleep((phase - (Date.now() % interval) + interval) % interval, undefined, { signal });
      delays.push(await this.#payAndWait(payment));
      payments.push(payment);
    }
    return { delay: spread(delays), announcement: spread(await this.#announcements(payments, begin)) };
  }

  /** NocoDB's webhook confirms at once. */
  async webhook(count: number): Promise<Spread> {
    const { account, deployed } = this.#world;
    const functionUrl = deployed.output('WebhookUrl');
    await using door =
      account.emulator === undefined ? null : await openFunctionDoor(functionUrl, account.emulator);
    const url = ['--url', door?.url ?? functionUrl];
    await this.#cli('webhook', 'install', ...url);
    try {
      return await this.#confirmedByWebhook(count);
    } finally {
      await this.#cli('webhook', 'remove', ...url);
    }
  }

  /** An alarm reaches whoever subscribes to the topic. @returns seconds; `undefined` without an owner field */
  async alarm(): Promise<number | undefined> {
    const { account, nocodb, deployed, signal, say } = this.#world;
    const { ownerField, paidField, paidValues } = nocodb.settings;
    if (ownerField === undefined) {
      say('no NOCODB_OWNER_FIELD is set, so the alarm OwnerMismatch is left out');
      return undefined;
    }
    const bell = await listenForAlarms(deployed, account.emulator !== undefined);
    try {
      const { userId, recordId } = await this.#newPayment();
      const begin = Date.now();
      await nocodb.update(recordId, { [ownerField]: 'somebody else', [paidField]: paidValues?.[0] ?? true });
      const rang = async () => ((await bell.rung()).has('OwnerMismatch') ? Date.now() : undefined);
      const at = await waitFor('the alarm OwnerMismatch', rang, { seconds: 600, signal, every: 1000 });
      await deployed.client().untrack(userId, recordId);
      return (at - begin) / 1000;
    } finally {
      await bell.close();
    }
  }

  /** A new version, deployed in place, loses no payment and no announcement. */
  async update(redeploy: () => Promise<void>): Promise<void> {
    const { nocodb, deployed } = this.#world;
    const begin = Date.now();
    const [waiting, paidMeanwhile] = [await this.#newPayment(), await this.#newPayment()];
    const { totalUpdates } = await deployed.client().getStats();
    const deploying = redeploy();
    await Promise.all([deploying, nocodb.pay(paidMeanwhile.recordId)]);
    await this.#becomesPaid(paidMeanwhile);
    await this.#payAndWait(waiting);
    await this.#announcements([waiting, paidMeanwhile], begin);
    assert.ok((await deployed.client().getStats()).totalUpdates > totalUpdates, 'the totals began anew');
  }

  async #confirmedByWebhook(count: number): Promise<Spread> {
    const { signal } = this.#world;
    const begin = Date.now();
    await this.#payAndWait(await this.#newPayment());
    const delays: number[] = [];
    const expected: string[] = [];
    for (let index = 0; index < count; index++) {
      const payment = await this.#newPayment();
      delays.push(await this.#payAndWait(payment));
      expected.push(`user ${payment.userId} (record: ${payment.recordId}), by webhook`);
    }
    const areLogged = async () => {
      const lines = (await this.#log(begin)).map(({ message = '' }) => message);
      return expected.every((text) => lines.some((line) => line.includes(text))) || undefined;
    };
    const patience = { seconds: 60, signal, every: 5000 };
    await waitFor('the log says that the webhook confirmed every payment', areLogged, patience);
    return spread(delays);
  }

  async #newPayment(): Promise<Payment> {
    this.#users += 1;
    const payment = await this.#bots.createPayment(`test-user-${this.#users}`);
    this.#world.records.push(payment.recordId);
    return payment;
  }

  /** @returns how long it takes until bots can read that it is paid, milliseconds */
  async #payAndWait(payment: Payment): Promise<number> {
    const begin = Date.now();
    await this.#world.nocodb.pay(payment.recordId);
    await this.#becomesPaid(payment);
    return Date.now() - begin;
  }

  async #becomesPaid({ userId, recordId }: Payment): Promise<void> {
    const tracker = this.#world.deployed.client();
    const isPaid = async () => ((await tracker.isPaid(userId, recordId)) ? true : undefined);
    const { signal } = this.#world;
    await waitFor(`record ${recordId} becomes paid`, isPaid, { seconds: 120, signal, every: 50 });
  }

  /** Milliseconds from each confirmation to its delivery by the example bot. */
  async #announcements(payments: readonly Payment[], since: number): Promise<number[]> {
    const { deployed, signal } = this.#world;
    const tracker = deployed.client();
    const toldAt = async () => {
      const lines = await this.#log(since);
      const times = payments.map(({ userId }) =>
        lines.filter(({ message = '' }) => message.includes(`Delivering to user ${userId}:`)),
      );
      return times.every((told) => told.length > 0) ? times : undefined;
    };
    const patience = { seconds: 120, signal, every: 5000 };
    const told = await waitFor('the bot is told of every payment', toldAt, patience);
    return Promise.all(
      payments.map(async ({ userId, recordId }, index) => {
        const { paidAt } = await tracker.status(userId, recordId);
        return (told[index]?.[0]?.timestamp ?? Number.NaN) - Number(paidAt);
      }),
    );
  }

  /** Reads one log group after the other: AWS allows a few of these calls a second. */
  async #log(since: number): Promise<LogEvent[]> {
    const { aws, stackName } = this.#world.deployed;
    this.#groups ??= await functionLogGroups(aws, stackName);
    const events: LogEvent[] = [];
    for (const group of this.#groups) events.push(...(await logReader(aws, [group])(since)));
    return events;
  }

  async #cli(...argv: string[]): Promise<void> {
    const { account, nocodb, deployed } = this.#world;
    const place = [
      '--stack',
      deployed.stackName,
      ...(account.emulator ? ['--endpoint', account.emulator] : []),
    ];
    const { PATH, HOME } = process.env;
    const { code, output } = await runCommand({
      file: process.execPath,
      args: [CLI, ...argv, ...place],
      env: { PATH, HOME, ...account.env, ...nocodb.variables, [VARIABLES.apiToken]: nocodb.token },
    });
    if (code !== 0) throw new Error(`payment-tracker ${argv.join(' ')} failed:\n${output}`);
  }
}

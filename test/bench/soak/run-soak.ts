import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STACK_OUTPUTS } from '../../../infra/constructs/stack-outputs.ts';
import { startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { deployTracker } from '../../../infra/local/deployment/deploy-tracker.ts';
import { CACHE } from '../../../infra/local/emulator/emulator.ts';
import { startEmulator } from '../../../infra/local/emulator/start-emulator.ts';
import { runCommand } from '../../../infra/local/process/run-command.ts';
import { VARIABLES } from '../../../lambda/settings/settings.ts';
import { describeMachine, type Machine } from '../measure/machine.ts';
import { memoryOfFunction } from './function-memory.ts';
import { type Account, growthOf, type MemorySample, type SoakOutcome } from './judge.ts';
import { Shop } from './shop.ts';
import { openTickLog, type TickLog } from './tick-log.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** @default 10,000 */
  readonly pending: number;
  readonly intervalSeconds: number;
}

export interface SoakReport extends SoakOptions, SoakOutcome {
  readonly machine: Machine;
  readonly ticks: { readonly succeeded: number; readonly failed: number };
  readonly failures: TickLog['failures'];
  /** Faults that the demo NocoDB made. */
  readonly faults: number;
}

/** Customers a second who come and who pay; seconds between two faults of NocoDB and between two looks at the log. */
const CUSTOMERS = 2;
const FAULT_EVERY = 45;
const LOOK_EVERY = 15;

/** How long the last confirmations may take after the faults have ended. */
const CATCH_UP_SECONDS = 120;

/**
 * Runs the deployed stack on the emulator for a while, with many payments pending, steady confirmations and faults.
 *
 * @param report tells a person about the progress
 */
export async function runSoak(options: SoakOptions, report: (progress: string) => void): Promise<SoakReport> {
  const cleanUp = new AsyncDisposableStack();
  try {
    const nocodb = await startDemoNocoDb();
    cleanUp.defer(() => nocodb.close());
    const emulator = await startEmulator({ name: 'soak', report });
    cleanUp.defer(() => emulator.stop());
    report('Deploying');
    const deployed = await deployTracker({
      emulator: Promise.resolve(emulator),
      variables: {
        [VARIABLES.apiUrl]: nocodb.url,
        [VARIABLES.tableId]: nocodb.tableId,
        [VARIABLES.intervalSeconds]: String(options.intervalSeconds),
      },
      token: nocodb.token,
      run: runCommand,
      logFile: join(CACHE, 'cdk-soak.log'),
    });
    const tracker = deployed.client();
    const log = await openTickLog(deployed);
    const shop = new Shop(nocodb, tracker);
    report('Waiting for the first tick');
    await shop.come(1);
    await firstTick(log);
    report(`Tracking ${options.pending} payments`);
    await shop.come(options.pending - 1);
    const memory = await watch(
      options.minutes,
      shop,
      log,
      deployed.output(STACK_OUTPUTS.tickFunctionName),
      report,
    );
    report('Waiting for the last confirmations');
    const account = await finalAccount(() => accountOf(shop, log, tracker, options.pending));
    const succeeded = log.ticks.filter((tick) => tick.succeeded);
    return {
      ...options,
      machine: describeMachine(),
      account,
      memory: growthOf(memory.map(({ at, bytes }) => ({ at, value: bytes }))),
      tickTime: growthOf(succeeded.map(({ at, milliseconds }) => ({ at, value: milliseconds }))),
      ticks: { succeeded: succeeded.length, failed: log.ticks.length - succeeded.length },
      failures: log.failures,
      faults: shop.faults,
    };
  } finally {
    await cleanUp.disposeAsync();
  }
}

async function firstTick(log: TickLog): Promise<void> {
  const end = performance.now() + CATCH_UP_SECONDS * 1000;
  while (log.ticks.length === 0) {
    if (performance.now() > end)
      throw new Error(`There was no tick within ${CATCH_UP_SECONDS} s of the first payment.`);
    await sleep(1_000);
    await log.read();
  }
}

async function watch(
  minutes: number,
  shop: Shop,
  log: TickLog,
  functionName: string,
  report: (progress: string) => void,
): Promise<MemorySample[]> {
  const memory: MemorySample[] = [];
  const seconds = minutes * 60;
  const begin = performance.now();
  for (let second = 0; second < seconds; second += 1) {
    await sleep(Math.max(0, begin + second * 1000 - performance.now()));
    shop.pay(CUSTOMERS);
    await shop.come(CUSTOMERS);
    if (second % FAULT_EVERY === FAULT_EVERY - 1) shop.fail();
    if (second % LOOK_EVERY !== 0) continue;
    const bytes = memoryOfFunction(functionName);
    if (bytes !== undefined) memory.push({ at: Date.now(), bytes });
    await log.read();
    if (second % 60 === 0) {
      report(
        `Minute ${second / 60}: ${log.ticks.length} ticks, ${shop.paid.length} paid, ${log.confirmations.length} confirmed`,
      );
    }
  }
  return memory;
}

async function accountOf(
  shop: Shop,
  log: TickLog,
  tracker: {
    getStats(): Promise<{ paymentsConfirmed: number; pending: number }>;
    isPaid(user: number, record: number): Promise<boolean>;
  },
  expectedPending: number,
): Promise<Account> {
  await log.read();
  const { paymentsConfirmed, pending } = await tracker.getStats();
  let readablePaid = 0;
  for (const id of shop.paid) readablePaid += Number(await tracker.isPaid(id, id));
  return {
    ticked: shop.paid.length,
    readablePaid,
    announcedPayments: new Set(log.confirmations).size,
    announcements: log.confirmations.length,
    counted: paymentsConfirmed,
    pending,
    expectedPending,
  };
}

/** Takes the account again until it adds up or the time is over. */
async function finalAccount(takeAccount: () => Promise<Account>): Promise<Account> {
  const end = performance.now() + CATCH_UP_SECONDS * 1000;
  for (;;) {
    const account = await takeAccount();
    const addsUp = account.counted >= account.ticked && account.announcedPayments >= account.ticked;
    if (addsUp || performance.now() > end) return account;
    await sleep(5_000);
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../../infra/local/emulator/start-emulator.ts';
import type { SimulationReport } from '../../simulation/report.ts';
import { simulate } from '../../simulation/simulation.ts';
import { FEW_FAULTS } from '../../simulation/world/fault-profile.ts';
import { insertRecords } from '../nocodb/records.ts';
import { availableKinds, type BenchNocoDb, type NocoDbKind, nameOf, startNocoDb } from '../nocodb/start.ts';
import { bundleTicker } from '../tick/start-ticker.ts';
import { type BundleMeasurement, measureBundle } from './bundle.ts';
import { type Comparison, comparePolling, warmUp } from './compare-polling.ts';
import { emulatorClient } from './emulated-table.ts';
import { type LimitMeasurement, measureLimit } from './limit.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureReads, measureWrites, type ReadMeasurement, type WriteMeasurement } from './table.ts';
import { measureTicks, type TickMeasurement } from './ticks.ts';

/** How much is measured. */
export interface BenchSize {
  readonly users: readonly number[];
  readonly tracked: readonly number[];
  readonly confirmations: readonly number[];
  readonly limitedUsers: readonly number[];
  readonly simulatedMinutes: number;
}

export const FULL: BenchSize = {
  users: [50, 100, 300, 1_000, 10_000],
  tracked: [45, 300, 1_000, 10_000, 100_000],
  confirmations: [0, 1, 1_000],
  limitedUsers: [50, 100, 150, 300],
  simulatedMinutes: 20_000,
};

export const QUICK: BenchSize = {
  users: [50, 300],
  tracked: [45, 1_000],
  confirmations: [0, 1, 100],
  limitedUsers: [],
  simulatedMinutes: 1_000,
};

/** All figures of this part of the bench. */
export interface BenchFigures {
  readonly machine: Machine;
  readonly comparisons: readonly Comparison[];
  readonly limits: readonly LimitMeasurement[];
  readonly ticks: readonly TickMeasurement[];
  readonly reads: ReadMeasurement;
  readonly writes: readonly WriteMeasurement[];
  readonly bundle: BundleMeasurement;
  readonly simulation: SimulationReport;
}

/** A run of the simulation for the bench, the same every time. */
const SEED = 1;

const WARM_UP_REQUESTS = 1_000;

/** @param report tells a person what takes time */
export async function runBench(size: BenchSize, report: (progress: string) => void): Promise<BenchFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'payment-tracker-bench-'));
  const cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  try {
    report('Measuring the bundle');
    const bundle = await measureBundle(join(folder, 'cdk.out'));
    const tickerBundle = await bundleTicker(folder);
    const emulator = await startEmulator({ name: 'bench', report });
    cleanUp.defer(() => emulator.stop());
    const { endpoint } = emulator;
    const client = emulatorClient(endpoint);
    cleanUp.defer(async () => client.destroy());
    const comparisons: Comparison[] = [];
    const ticks: TickMeasurement[] = [];
    let writes: WriteMeasurement[] = [];
    for (const kind of availableKinds()) {
      await withNocoDb(kind, async (nocodb) => {
        report(`Filling ${nameOf(kind)}`);
        const ids = await insertRecords(nocodb, Math.max(...size.tracked, ...size.users));
        await warmUp(nocodb, ids.slice(0, WARM_UP_REQUESTS));
        for (const users of size.users) {
          report(`Polling for ${users} users, and ticking for them, on ${nameOf(kind)}`);
          comparisons.push(await comparePolling(nocodb, ids.slice(0, users), tickerBundle));
        }
        const tickOptions = { nocodb, tickerBundle, client, endpoint };
        for (const tracked of size.tracked) {
          report(`Ticking with ${tracked} payments on ${nameOf(kind)}`);
          ticks.push(await measureTicks({ ...tickOptions, recordIds: ids.slice(0, tracked) }));
        }
        if (writes.length > 0) return;
        const confirmed = size.confirmations.reduce((sum, count) => sum + count, 0);
        writes = await measureWrites(tickOptions, ids.slice(0, confirmed + 1), size.confirmations);
      });
    }
    const limits: LimitMeasurement[] = [];
    for (const users of size.limitedUsers) {
      report(`Polling for ${users} users under NocoDB's rate limit`);
      limits.push(await measureLimit(users, tickerBundle));
    }
    report('Asking isPaid');
    const reads = await measureReads(
      endpoint,
      Array.from({ length: 1_000 }, (_, index) => String(index + 1)),
    );
    report('Simulating');
    const simulation = await simulate({ profile: FEW_FAULTS, seed: SEED, minutes: size.simulatedMinutes });
    return { machine: describeMachine(), comparisons, limits, ticks, reads, writes, bundle, simulation };
  } finally {
    await cleanUp.disposeAsync();
  }
}

async function withNocoDb(kind: NocoDbKind, use: (nocodb: BenchNocoDb) => Promise<void>): Promise<void> {
  const nocodb = await startNocoDb(kind);
  try {
    await use(nocodb);
  } finally {
    await nocodb.stop();
  }
}

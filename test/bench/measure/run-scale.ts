import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDbLocal } from '../dynamodb-local/start.ts';
import { availableKinds, startNocoDb } from '../nocodb/start.ts';
import { bundleTicker } from '../tick/start-ticker.ts';
import { emulatorClient } from './emulated-table.ts';
import { describeMachine, type Machine } from './machine.ts';
import { type MemorySizeMeasurement, measureMemorySizes } from './memory-sizes.ts';
import { measureScale, type ScaleMeasurement } from './scale.ts';

/** How much of this part is measured. */
export interface ScaleSize {
  /** In ascending order. */
  readonly pending: readonly number[];
  /** MB */
  readonly memorySizes: readonly number[];
}

export const FULL_SCALE: ScaleSize = { pending: [10_000, 100_000], memorySizes: [512, 1024, 1769] };

export const QUICK_SCALE: ScaleSize = { pending: [1_000], memorySizes: [512] };

/** The figures of ticks on DynamoDB Local. */
export interface ScaleFigures {
  readonly machine: Machine;
  readonly scale: readonly ScaleMeasurement[];
  /** Empty where this process may not limit another's processor time. */
  readonly memorySizes: readonly MemorySizeMeasurement[];
}

/**
 * Measures ticks on DynamoDB Local.
 *
 * @param report tells a person what takes time
 * @returns `undefined` where there is no Java or no Maven to get DynamoDB Local with
 */
export async function runScale(
  size: ScaleSize,
  report: (progress: string) => void,
): Promise<ScaleFigures | undefined> {
  const cleanUp = new AsyncDisposableStack();
  try {
    const local = await startDynamoDbLocal(report);
    if (local === undefined) return undefined;
    cleanUp.defer(() => local.stop());
    const folder = await mkdtemp(join(tmpdir(), 'payment-tracker-scale-'));
    cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
    const { endpoint } = local;
    const client = emulatorClient(endpoint);
    cleanUp.defer(async () => client.destroy());
    const nocodb = await startNocoDb(availableKinds().includes('postgres') ? 'postgres' : 'demo');
    cleanUp.defer(() => nocodb.stop());
    const options = { nocodb, tickerBundle: await bundleTicker(folder), client, endpoint, report };
    const scale = await measureScale({ ...options, pending: size.pending });
    report('Confirming with a part of a processor');
    const memorySizes = await measureMemorySizes({ ...options, memorySizes: size.memorySizes });
    return { machine: describeMachine(), scale, memorySizes };
  } finally {
    await cleanUp.disposeAsync();
  }
}

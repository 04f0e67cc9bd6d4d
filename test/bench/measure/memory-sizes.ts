import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { insertRecords, setPaid } from '../nocodb/records.ts';
import type { BenchNocoDb } from '../nocodb/start.ts';
import { startTicker, type Ticker } from '../tick/start-ticker.ts';
import { createPaymentsTable, trackAll } from './emulated-table.ts';
import { limitProcessor } from './processor-share.ts';
import { repeat, type Sample, sampleOf } from './sample.ts';

/**
 * A function with this much memory has one core; one with less has a part in proportion; megabytes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MEMORY_OF_A_CORE = 1769;

/** Payments that one tick confirms, and pending ones of a tick without news. */
const CONFIRMATIONS = 1_000;
const PENDING = 300;

const ROUNDS = 3;
const TICKS = 9;

/** The tick function with the processor of one size of its memory. */
export interface MemorySizeMeasurement {
  /** MB */
  readonly memorySize: number;
  /** Of one core, 0 to 1. */
  readonly share: number;
  /** A tick without news, with {@link PENDING} payments; milliseconds. */
  readonly quietMilliseconds: Sample;
  readonly quietProcessorMilliseconds: Sample;
  /** While a tick confirms {@link CONFIRMATIONS} payments. DynamoDB Local on the same machine may be what limits it. */
  readonly confirmationsPerSecond: Sample;
  /** Processor time of such a tick for each confirmation, milliseconds. */
  readonly confirmationProcessorMilliseconds: Sample;
}

export interface MemorySizeOptions {
  readonly nocodb: BenchNocoDb;
  readonly tickerBundle: string;
  /** On DynamoDB Local. */
  readonly client: DynamoDBDocumentClient;
  readonly endpoint: string;
  /** MB */
  readonly memorySizes: readonly number[];
}

/**
 * Ticks with the part of a core that Lambda gives to each size of memory. Only the tick is held to it, not NocoDB and not
 * the table.
 *
 * @returns nothing where this process may not limit another
 */
export async function measureMemorySizes(options: MemorySizeOptions): Promise<MemorySizeMeasurement[]> {
  const { nocodb, tickerBundle, client, endpoint, memorySizes } = options;
  const measurements: MemorySizeMeasurement[] = [];
  for (const memorySize of memorySizes) {
    const share = Math.min(1, memorySize / MEMORY_OF_A_CORE);
    const table = await createPaymentsTable(client, endpoint);
    await trackAll(client, table, await insertRecords(nocodb, PENDING));
    const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds: 60 });
    const release = limitProcessor(ticker.pid, share);
    if (release === undefined) {
      await ticker.stop();
      return [];
    }
    await ticker.tick();
    const quiet = await repeat(TICKS, () => ticker.tick());
    const confirmations = await repeat(ROUNDS, async () => {
      const ids = await insertRecords(nocodb, CONFIRMATIONS);
      await trackAll(client, table, ids);
      await setPaid(nocodb, ids, true);
      return confirmAll(ticker);
    });
    await ticker.stop();
    release();
    measurements.push({
      memorySize,
      share,
      quietMilliseconds: sampleOf(quiet.map(({ milliseconds }) => milliseconds)),
      quietProcessorMilliseconds: sampleOf(quiet.map(({ processorMilliseconds }) => processorMilliseconds)),
      confirmationsPerSecond: sampleOf(confirmations.map(({ perSecond }) => perSecond)),
      confirmationProcessorMilliseconds: sampleOf(confirmations.map(({ processor }) => processor)),
    });
  }
  return measurements;
}

/** Confirmations a second, without the time until NocoDB has answered, and the processor time of each. */
async function confirmAll(ticker: Ticker): Promise<{ perSecond: number; processor: number }> {
  const { confirmed, milliseconds, listMilliseconds, requestMilliseconds, processorMilliseconds } =
    await ticker.tick();
  if (confirmed !== CONFIRMATIONS) throw new Error(`A tick confirmed ${confirmed} payments.`);
  return {
    perSecond: (confirmed * 1000) / (milliseconds - listMilliseconds - requestMilliseconds),
    processor: processorMilliseconds / confirmed,
  };
}

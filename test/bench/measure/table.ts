import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PaymentTracker } from '../../../lambda/client/index.ts';
import { setPaid } from '../nocodb/records.ts';
import type { BenchNocoDb } from '../nocodb/start.ts';
import { CallCounter } from '../tick/call-counter.ts';
import { startTicker } from '../tick/start-ticker.ts';
import { createPaymentsTable, emulatorClient, paymentOf, trackAll } from './emulated-table.ts';
import { repeat, type Sample, sampleOf } from './sample.ts';

const READS = 500;

/** The cost of a bot's reads. */
export interface ReadMeasurement {
  /** Of one call of `isPaid`, with a record id and without; milliseconds, on the emulator. */
  readonly withRecord: Sample;
  readonly withoutRecord: Sample;
  /** Read capacity units of one call, as the emulator reports them. */
  readonly unitsWithRecord: number;
  readonly unitsWithoutRecord: number;
}

/** Calls `isPaid` many times, one call after another, on a table with one payment for each record id. */
export async function measureReads(endpoint: string, recordIds: readonly string[]): Promise<ReadMeasurement> {
  const client = emulatorClient(endpoint);
  const counter = new CallCounter();
  const table = await createPaymentsTable(client, endpoint);
  await trackAll(client, table, recordIds);
  counter.follow(client);
  const tracker = new PaymentTracker({ tableName: table.name, client });
  const measure = async (withRecord: boolean) => {
    counter.reset();
    const times = await repeat(READS, async () => {
      const { userId, recordId } = paymentOf(
        recordIds[Math.floor(Math.random() * recordIds.length)] as string,
      );
      const begin = performance.now();
      await (withRecord ? tracker.isPaid(userId, recordId) : tracker.isPaid(userId));
      return performance.now() - begin;
    });
    return { sample: sampleOf(times), units: counter.readUnits / READS };
  };
  const [withRecord, withoutRecord] = [await measure(true), await measure(false)];
  client.destroy();
  return {
    withRecord: withRecord.sample,
    withoutRecord: withoutRecord.sample,
    unitsWithRecord: withRecord.units,
    unitsWithoutRecord: withoutRecord.units,
  };
}

/** The writes of a tick. */
export interface WriteMeasurement {
  readonly confirmed: number;
  /** Calls of DynamoDB by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /**
   * Write units by DynamoDB's rules: one for each write of an item under 1 KB, and one more for each confirmation, to
   * remove the payment from the index.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
   */
  readonly writeUnits: number;
}

/** Measures ticks that confirm these numbers of payments, on a table in the emulator. */
export async function measureWrites(
  options: { nocodb: BenchNocoDb; client: DynamoDBDocumentClient; endpoint: string; tickerBundle: string },
  recordIds: readonly string[],
  confirmations: readonly number[],
): Promise<WriteMeasurement[]> {
  const { nocodb, client, endpoint, tickerBundle } = options;
  const table = await createPaymentsTable(client, endpoint);
  await trackAll(client, table, recordIds);
  const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds: 20 });
  const measurements: WriteMeasurement[] = [];
  let paid = 0;
  await ticker.tick();
  for (const count of confirmations) {
    await setPaid(nocodb, recordIds.slice(paid, paid + count), true);
    paid += count;
    const { confirmed, tableCalls } = await ticker.tick();
    const { UpdateItem: updates = 0 } = tableCalls;
    measurements.push({ confirmed, calls: tableCalls, writeUnits: updates + confirmed });
  }
  await ticker.stop();
  await setPaid(nocodb, recordIds.slice(0, paid), false);
  return measurements;
}

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MAX_SLICE } from '../../../lambda/tracker/sweep-pace.ts';
import { poll } from '../nocodb/records.ts';
import type { NocoDbAddress, NocoDbKind } from '../nocodb/start.ts';
import { startTicker } from '../tick/start-ticker.ts';
import { createPaymentsTable, trackAll } from './emulated-table.ts';
import { repeat, type Sample, sampleOf } from './sample.ts';

/** Ticks per size. The first one of a process is not counted: it connects and compiles. */
const TICKS = 9;
const TICKS_OF_MANY = 3;

/** The largest number of requests for single users that are sent; for more users the figures are scaled up. */
const MAX_POLLS = 1_000;

/** The emulator needs seconds to list more payments, so they need a long interval. */
const MANY = 10_000;

/** Ticks at one number of tracked payments, and one request for each user for comparison. */
export interface TickMeasurement {
  readonly kind: NocoDbKind;
  readonly tracked: number;
  readonly tick: {
    readonly requests: number;
    readonly bytes: number;
    /** The whole tick, and its parts for listing the payments and for NocoDB's answers; milliseconds. */
    readonly milliseconds: Sample;
    readonly listMilliseconds: Sample;
    readonly requestMilliseconds: Sample;
    /** The most memory that the process has had resident; bytes. */
    readonly largestMemory: number;
  };
  /** One request for each user, one after another. */
  readonly polling: {
    readonly requests: number;
    readonly bytes: number;
    readonly milliseconds: number;
    /** How many of the requests were sent. */
    readonly sent: number;
  };
}

export interface TickMeasurementOptions {
  readonly nocodb: NocoDbAddress & { readonly kind: NocoDbKind };
  /** Records of that NocoDB, none of them paid. */
  readonly recordIds: readonly string[];
  readonly tickerBundle: string;
  readonly client: DynamoDBDocumentClient;
  readonly endpoint: string;
}

/** Measures ticks on a table in the emulator, where nothing is paid, and requests for the same records one by one. */
export async function measureTicks(options: TickMeasurementOptions): Promise<TickMeasurement> {
  const { nocodb, recordIds, tickerBundle, client, endpoint } = options;
  const table = await createPaymentsTable(client, endpoint);
  await trackAll(client, table, recordIds);
  const areMany = recordIds.length > MANY;
  const intervalSeconds = areMany ? 300 : 20;
  const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds });
  await ticker.tick();
  const ticks = await repeat(areMany ? TICKS_OF_MANY : TICKS, () => ticker.tick());
  await ticker.stop();
  const last = ticks.at(-1);
  if (last?.checked !== Math.min(recordIds.length, MAX_SLICE))
    throw new Error(`A tick checked ${last?.checked} payments.`);
  return {
    kind: nocodb.kind,
    tracked: recordIds.length,
    tick: {
      requests: last.requests,
      bytes: last.bytes,
      milliseconds: sampleOf(ticks.map(({ milliseconds }) => milliseconds)),
      listMilliseconds: sampleOf(ticks.map(({ listMilliseconds }) => listMilliseconds)),
      requestMilliseconds: sampleOf(ticks.map(({ requestMilliseconds }) => requestMilliseconds)),
      largestMemory: last.largestMemory,
    },
    polling: await pollOneByOne(nocodb, recordIds),
  };
}

async function pollOneByOne(
  nocodb: NocoDbAddress,
  recordIds: readonly string[],
): Promise<TickMeasurement['polling']> {
  const asked = recordIds.slice(0, MAX_POLLS);
  const begin = performance.now();
  let bytes = 0;
  for (const id of asked) bytes += (await poll(nocodb, id)).bytes;
  const scale = recordIds.length / asked.length;
  return {
    requests: recordIds.length,
    bytes: Math.round(bytes * scale),
    milliseconds: (performance.now() - begin) * scale,
    sent: asked.length,
  };
}

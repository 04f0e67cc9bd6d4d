import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LAYOUT, partitionOf, paymentKey } from '../../../lambda/table/layout.ts';
import { PLAN_LIMITS } from '../../../lambda/tracker/query-plan.ts';
import { itemBytes } from '../../support/dynamodb-size.ts';
import { insertRecords, setPaid } from '../nocodb/records.ts';
import type { BenchNocoDb, NocoDbKind } from '../nocodb/start.ts';
import type { TickFigures, TickOrder } from '../tick/protocol.ts';
import { startTicker } from '../tick/start-ticker.ts';
import { createPaymentsTable, paymentOf, putSweptControl, trackAll } from './emulated-table.ts';
import { repeat, type Sample, sampleOf } from './sample.ts';

/** Payments that are paid, and others that are tracked, before each tick. */
const CHANGES = 20;

/** Ticks that are not counted: the first one of a process connects, compiles and learns. */
const WARM_UPS = 2;
const TICKS = 5;
const AUDITS = 3;

/** The default of the settings. How much a tick asks for depends on it. */
const INTERVAL_SECONDS = 20;

/** Ticks at one number of pending payments. */
export interface ScaleMeasurement {
  readonly kind: NocoDbKind;
  readonly pending: number;
  /** Records in the NocoDB table. */
  readonly records: number;
  readonly tick: ScaleTick;
  /** The same with a slice of an audit. */
  readonly audit: ScaleTick;
  /** The most memory that the process has had resident, bytes. */
  readonly largestMemory: number;
  /** A tick that lists and asks for all pending payments, computed from the sizes of the same entries and requests. */
  readonly everything: { readonly requests: number; readonly readUnits: number };
}

/** Ticks of one kind. For counts, the largest of all ticks. */
export interface ScaleTick {
  readonly requests: number;
  /** DynamoDB's units, as DynamoDB Local reports them. */
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly milliseconds: Sample;
  /** Of these, the time of NocoDB's answers. */
  readonly requestMilliseconds: Sample;
  /** Processor time of the tick. */
  readonly processorMilliseconds: Sample;
}

export interface ScaleOptions {
  /** An empty NocoDB. */
  readonly nocodb: BenchNocoDb;
  readonly tickerBundle: string;
  /** On DynamoDB Local. */
  readonly client: DynamoDBDocumentClient;
  readonly endpoint: string;
  /** In ascending order. The NocoDB table has as many records as the largest from the start. */
  readonly pending: readonly number[];
  /** Tells a person what takes time. */
  readonly report: (progress: string) => void;
}

/**
 * Ticks in the steady state at each number of pending payments: everything was swept once, and before each tick some
 * payments are paid and as many are tracked.
 */
export async function measureScale(options: ScaleOptions): Promise<ScaleMeasurement[]> {
  const { nocodb, tickerBundle, client, endpoint, report } = options;
  const records = Math.max(...options.pending);
  report(`Creating ${records} records in NocoDB`);
  await nocodb.fill(records);
  const table = await createPaymentsTable(client, endpoint);
  const measurements: ScaleMeasurement[] = [];
  let tracked = 0;
  let paid = 0;
  for (const pending of options.pending) {
    report(`Tracking ${pending} payments`);
    await trackAll(client, table, idsBetween(tracked, pending));
    tracked = pending;
    await putSweptControl(client, table, pending);
    report(`Ticking with ${pending} payments`);
    const ticker = await startTicker(tickerBundle, { nocodb, table, intervalSeconds: INTERVAL_SECONDS });
    const tick = async (order: TickOrder): Promise<TickFigures> => {
      await setPaid(nocodb, idsBetween(paid, paid + CHANGES), true);
      paid += CHANGES;
      await trackAll(client, table, await insertRecords(nocodb, CHANGES), 'new');
      const figures = await ticker.tick(order);
      if (figures.confirmed === CHANGES) return figures;
      throw new Error(`A tick confirmed ${figures.confirmed} of ${CHANGES} payments.`);
    };
    await repeat(WARM_UPS, () => tick({ audit: false }));
    const ticks = await repeat(TICKS, () => tick({ audit: false }));
    const withoutAudit = summarize(ticks);
    const audits: TickFigures[] = [];
    // Where the sweep takes several ticks, only one of eight has a slice of the audit.
    while (audits.length < AUDITS) {
      const figures = await tick({ audit: true });
      if (figures.requests > withoutAudit.requests) audits.push(figures);
    }
    await ticker.stop();
    measurements.push({
      kind: nocodb.kind,
      pending,
      records,
      tick: withoutAudit,
      audit: summarize(audits),
      largestMemory: Math.max(...audits.map(({ largestMemory }) => largestMemory)),
      everything: askingForEverything(pending),
    });
  }
  return measurements;
}

/** The record ids above `from`, up to and including `to`. */
function idsBetween(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index + 1));
}

function summarize(ticks: readonly TickFigures[]): ScaleTick {
  const largest = (figure: (tick: TickFigures) => number) => Math.max(...ticks.map(figure));
  return {
    requests: largest(({ requests }) => requests),
    readUnits: largest(({ readUnits }) => readUnits),
    writeUnits: largest(({ writeUnits }) => writeUnits),
    milliseconds: sampleOf(ticks.map(({ milliseconds }) => milliseconds)),
    requestMilliseconds: sampleOf(ticks.map(({ requestMilliseconds }) => requestMilliseconds)),
    processorMilliseconds: sampleOf(ticks.map(({ processorMilliseconds }) => processorMilliseconds)),
  };
}

/** DynamoDB reads eventually consistently half a unit for each 4 KB. */
function askingForEverything(pending: number): ScaleMeasurement['everything'] {
  const { partitionKey, sortKey } = LAYOUT.index;
  const recordId = String(pending);
  const keys = { ...paymentKey(paymentOf(recordId)), [partitionKey]: partitionOf(recordId, 1) };
  const bytes = pending * itemBytes({ ...keys, [sortKey]: recordId });
  return {
    requests: Math.ceil(pending / PLAN_LIMITS.idsPerRequest),
    readUnits: Math.ceil(bytes / 4096) / 2,
  };
}

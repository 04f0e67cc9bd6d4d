/**
 * The child process that ticks: composed as the tick function's handler composes it, with a token at hand instead of
 * SSM. Bundled before it runs, so that its memory is that of what is deployed.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../../lambda/table/pending-payments.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { SeenNews } from '../../../lambda/tracker/seen-news.ts';
import { type TickDependencies, tick } from '../../../lambda/tracker/tick.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { mostWithinASecond } from '../measure/most-within-a-second.ts';
import { CallCounter } from './call-counter.ts';
import { peakMemory } from './peak-memory.ts';
import type { TickerOptions, TickFigures, TickOrder } from './protocol.ts';

/** Grows by an interval with each tick, so that no tick has to wait for the gate. */
let ahead = 0;
const clock = {
  now: () => Date.now() + ahead,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};
const calls = new CallCounter();

async function inMemory(recordIds: readonly string[]) {
  const table = new SimulatedPayments({ clock });
  for (const recordId of recordIds) await table.track(`user${recordId}`, recordId);
  return { gate: table.gate, payments: table.payments };
}

type Composed = Omit<TickDependencies, 'observe'>;

function onEmulator({ name, ...aws }: Extract<TickerOptions['table'], { kind: 'emulator' }>) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(aws));
  calls.follow(client);
  const options = { client, tableName: name };
  return {
    gate: new DynamoControlItem(options),
    payments: new DynamoPendingPayments({ ...options, confirmedBy: 'tick' }),
  };
}

async function compose({
  nocodb,
  table,
  intervalSeconds,
  apiVersion = 'v2',
}: TickerOptions): Promise<Composed> {
  const { nocodb: source } = parseTrackerSettings({
    NOCODB_API_URL: nocodb.url,
    NOCODB_TABLE_ID: nocodb.tableId,
    NOCODB_BASE_ID: nocodb.baseId,
    NOCODB_API_VERSION: apiVersion,
  });
  return {
    settings: { intervalSeconds },
    clock,
    ...(table.kind === 'memory' ? await inMemory(table.recordIds) : onEmulator(table)),
    source: createRecordSource(source, { token: fixedToken(nocodb.token), clock, random: Math.random }),
    seenNews: new SeenNews(),
    newOwner: () => crypto.randomUUID(),
  };
}

async function run(dependencies: Composed, { audit }: TickOrder): Promise<TickFigures> {
  const { intervalSeconds } = dependencies.settings;
  ahead += intervalSeconds * 1000;
  const events: TrackerEvent[] = [];
  calls.reset();
  const processorBefore = process.cpuUsage();
  const sent: number[] = [];
  const begin = performance.now();
  let listed = begin;
  const result = await tick({
    ...dependencies,
    settings: { intervalSeconds, auditEvery: audit ? 1 : Number.POSITIVE_INFINITY },
    observe: (event) => {
      events.push(event);
      if (event.type === 'tick.started') listed = performance.now();
      if (event.type === 'nocodb.request') sent.push(performance.now());
    },
  });
  const end = performance.now();
  const { user, system } = process.cpuUsage(processorBefore);
  if (result.outcome !== 'done') throw new Error('The gate refused the tick.');
  const responses = events.filter((event) => event.type === 'nocodb.response');
  return {
    milliseconds: end - begin,
    listMilliseconds: listed - begin,
    requestMilliseconds: responses.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    processorMilliseconds: (user + system) / 1000,
    requests: responses.length,
    peakPerSecond: mostWithinASecond(sent),
    bytes: responses.reduce((sum, { bytes }) => sum + bytes, 0),
    checked: result.checked,
    confirmed: result.confirmed,
    tableCalls: calls.counts,
    readUnits: calls.readUnits,
    writeUnits: calls.writeUnits,
    largestMemory: peakMemory(),
  };
}

let dependencies: Composed | undefined;

/** The first message names the NocoDB and the table; each message after it orders a tick. */
process.on('message', async (message: TickerOptions | TickOrder) => {
  try {
    if ('nocodb' in message) {
      dependencies = await compose(message);
      process.send?.('ready');
    } else if (dependencies) process.send?.({ figures: await run(dependencies, message) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.stack : String(error) });
  }
});
process.on('disconnect', () => process.exit());

import { tickLoopDefinition } from '../../infra/constructs/tick-loop-definition.ts';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { TrackerError } from '../../lambda/tracker/errors.ts';
import type { RecordSource } from '../../lambda/tracker/record-source.ts';
import { tick } from '../../lambda/tracker/tick.ts';
import { SimulatedTable } from './dynamo/simulated-table.ts';
import { createRandom, type Random } from './random.ts';
import { type SimulationReport, summarize } from './report.ts';
import { parseDefinition } from './step-functions/definition.ts';
import { VirtualTime } from './virtual-time.ts';
import { Bots } from './world/bots.ts';
import { Cloud, type Handler } from './world/cloud.ts';
import { Ledger } from './world/ledger.ts';
import { NocoDbServer } from './world/nocodb-server.ts';
import { NocoDbSource } from './world/nocodb-source.ts';
import { followForWakeUp } from './world/wake-stream.ts';
import { calmed, type Weather } from './world/weather.ts';

/** What is broken on purpose, to see whether the simulation notices. */
export interface Sabotage {
  /** Alters the conditions of writes before they are evaluated. */
  readonly alterCondition?: (condition: string) => string;
  readonly alterSource?: (source: RecordSource) => RecordSource;
  /** Alters the loop's definition, given as JSON. */
  readonly alterLoop?: (definition: string) => string;
}

export interface SimulationOptions {
  readonly weather: Weather;
  /** The same seed gives the same report. */
  readonly seed: number;
  /** Simulated minutes of that weather. */
  readonly minutes: number;
  /** @default 20 */
  readonly intervalSeconds?: number;
  readonly sabotage?: Sabotage;
}

const BEGIN = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Only what is behind these names matters here. */
const NAMES = {
  partition: 'aws',
  tableName: 'simulated',
  tickFunctionArn: 'simulated',
  tickFunctionName: 'simulated',
};

/** Minutes of calm at the end, so that whatever is due has had its time; longer than anybody takes to pay. */
const CALM_MINUTES = 150;

/** Runs the tracker through some weather in simulated time. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { weather, seed, minutes, intervalSeconds = 20, sabotage = {} } = options;
  const random = createRandom(seed);
  const time = new VirtualTime(BEGIN);
  const table = new SimulatedTable({
    propagate: createPropagation(time, random.fork('index'), () => cloud.weather),
    ...(sabotage.alterCondition && { alterCondition: sabotage.alterCondition }),
  });
  const server = new NocoDbServer(time, random.fork('nocodb'), weather);
  const ledger = new Ledger(time, server);
  const handler = createTickHandler({
    time,
    random: random.fork('network'),
    table,
    server,
    ledger,
    intervalSeconds,
    sabotage,
  });
  const definition = JSON.stringify(tickLoopDefinition(intervalSeconds, NAMES));
  const cloud = new Cloud({
    time,
    random: random.fork('cloud'),
    weather,
    table,
    intervalSeconds,
    loop: parseDefinition(sabotage.alterLoop?.(definition) ?? definition),
    tick: handler,
  });
  const bots = new Bots({ time, random: random.fork('bots'), weather, server, table, ledger });

  const calm = BEGIN + minutes * MINUTE;
  const end = calm + CALM_MINUTES * MINUTE;
  table.follow((change) => ledger.follow(change));
  followForWakeUp(time, random.fork('stream'), table, cloud);
  server.start();
  bots.start(calm);
  time.spawn(() => cloud.runRule(end));
  await time.runUntil(calm);
  server.calm(calmed(weather));
  cloud.weather = calmed(weather);
  await time.runUntil(end);
  return summarize({ weather: weather.name, seed, minutes, intervalSeconds, ledger, server, cloud });
}

interface TickWorld {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly table: SimulatedTable;
  readonly server: NocoDbServer;
  readonly ledger: Ledger;
  readonly intervalSeconds: number;
  readonly sabotage: Sabotage;
}

/** The tick function, composed as its handler composes it. */
function createTickHandler(world: TickWorld): Handler {
  const { time, random, table, server, ledger, intervalSeconds, sabotage } = world;
  const alterSource = sabotage.alterSource ?? ((source) => source);
  let ticks = 0;
  return async (instance) => {
    const owner = `tick-${++ticks}`;
    const options = { client: table.client(instance.io), tableName: 'simulated' };
    const result = tick({
      settings: { intervalSeconds },
      clock: instance.clock,
      gate: new DynamoControlItem(options),
      payments: new DynamoPendingPayments({ ...options, confirmedBy: 'tick' }),
      source: alterSource(new NocoDbSource(server, instance, random)),
      observe: (event) => ledger.observe(event),
      newOwner: () => owner,
    });
    result.then(
      ({ outcome }) => ledger.ended(owner, outcome),
      (error: unknown) => {
        ledger.ended(owner, 'failed');
        if (!(error instanceof TrackerError)) time.fail(error);
      },
    );
    instance.death.then(() => ledger.ended(owner, 'died'));
    return result;
  };
}

/** The index follows the table with a lag, an item's changes in their order. */
function createPropagation(time: VirtualTime, random: Random, weather: () => Weather) {
  const lastShown = new Map<string, number>();
  return (key: string, show: () => void) => {
    const { usual, longest, longLags } = weather().indexLag;
    const lag = random.chance(longLags) ? random.between(usual, longest) : random.between(0, usual);
    const moment = Math.max(time.now() + lag, lastShown.get(key) ?? 0);
    lastShown.set(key, moment);
    time.at(moment, show);
  };
}

import type { SSMClient } from '@aws-sdk/client-ssm';
import { tickLoopDefinition } from '../../infra/constructs/tick-loop-definition.ts';
import { createSsmToken } from '../../lambda/aws/ssm-token.ts';
import type { TokenProvider } from '../../lambda/nocodb/token.ts';
import type { AnnounceOptions } from '../../lambda/notify/announce.ts';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../lambda/table/pending-payments.ts';
import { DEFAULT_RETENTION } from '../../lambda/table/retention.ts';
import { errorKind, TrackerError } from '../../lambda/tracker/errors.ts';
import { combineObservers, type Observer } from '../../lambda/tracker/events.ts';
import { SeenNews } from '../../lambda/tracker/seen-news.ts';
import { type TickDependencies, tick } from '../../lambda/tracker/tick.ts';
import type { AlarmProperties } from '../support/alarms.ts';
import { SimulatedTable } from './dynamo/simulated-table.ts';
import { createRandom, type Random } from './random.ts';
import { type SimulationReport, summarize } from './report.ts';
import { parseDefinition } from './step-functions/definition.ts';
import { VirtualTime } from './virtual-time.ts';
import { AlarmWatch } from './world/alarm-watch.ts';
import { AnnouncementLedger } from './world/announcement-ledger.ts';
import { AnnouncingStream } from './world/announcing-stream.ts';
import { Bots } from './world/bots.ts';
import { Cloud, type Handler } from './world/cloud.ts';
import { type FaultProfile, withoutFaults } from './world/fault-profile.ts';
import { Ledger, type TickEnd } from './world/ledger.ts';
import { NocoDbServer } from './world/nocodb-server.ts';
import { NocoDbSource } from './world/nocodb-source.ts';
import { runOperator } from './world/operator.ts';
import type { StreamMapping } from './world/stream-mapping.ts';
import { deleteExpired } from './world/time-to-live.ts';
import { followForWakeUp } from './world/wake-stream.ts';
import { callWebhook } from './world/webhook-calls.ts';

/** A deliberate error in the tracker or its surroundings, to show that the simulation notices it. */
export interface Mutation {
  /** Alters the conditions of writes before they are evaluated. */
  readonly alterCondition?: (condition: string) => string;
  /** Alters what a tick is given: its ports and settings. */
  readonly alterTick?: (dependencies: TickDependencies) => TickDependencies;
  /** Alters how the adapter gets the token. */
  readonly alterToken?: (token: TokenProvider) => TokenProvider;
  /** Alters the loop's definition, given as JSON. */
  readonly alterLoop?: (definition: string) => string;
  /** Alters what the function that announces is given, and the mapping of the stream to it. */
  readonly alterAnnouncing?: (options: AnnounceOptions) => AnnounceOptions;
  readonly alterMapping?: (mapping: StreamMapping) => StreamMapping;
}

export interface SimulationOptions {
  readonly profile: FaultProfile;
  /** The same seed gives the same report. */
  readonly seed: number;
  /** Simulated minutes with these faults. */
  readonly minutes: number;
  /** @default 20 */
  readonly intervalSeconds?: number;
  readonly mutation?: Mutation;
  /** Alarms of the template to evaluate. @default none */
  readonly alarms?: readonly AlarmProperties[];
  /** The mapping of the template to the function that announces. @default nothing is announced */
  readonly mapping?: StreamMapping;
}

const BEGIN = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Names in the loop's definition; the simulation does not look at them. */
const NAMES = {
  partition: 'aws',
  tableName: 'simulated',
  tickFunctionArn: 'simulated',
  tickFunctionName: 'simulated',
};

/** Minutes without faults at the end, in which everything that is due gets done; longer than any user takes to pay. */
const FAULT_FREE_MINUTES = 150;

/** Runs the tracker in simulated time, with the faults of a profile. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { profile, seed, minutes, mutation = {}, alarms, mapping } = options;
  const intervalSeconds = profile.intervalSeconds ?? options.intervalSeconds ?? 20;
  const random = createRandom(seed);
  const begin = profile.quota?.begin ?? BEGIN;
  const time = new VirtualTime(begin);
  const table = new SimulatedTable({
    propagate: createPropagation(time, random.fork('index'), () => cloud.profile),
    ...(mutation.alterCondition && { alterCondition: mutation.alterCondition }),
  });
  const server = new NocoDbServer(time, random.fork('nocodb'), profile);
  const ledger = new Ledger(time, server);
  const alarmWatch = alarms && new AlarmWatch(time, alarms, intervalSeconds);
  const observe = combineObservers(
    (event) => ledger.observe(event),
    ...(alarmWatch ? [alarmWatch.observe] : []),
  );
  const handler = createTickHandler({
    time,
    random: random.fork('network'),
    table,
    server,
    observe,
    ledger,
    intervalSeconds,
    mutation,
  });
  const definition = JSON.stringify(tickLoopDefinition(intervalSeconds, NAMES));
  const cloud = new Cloud({
    time,
    random: random.fork('cloud'),
    profile,
    table,
    intervalSeconds,
    loop: parseDefinition(mutation.alterLoop?.(definition) ?? definition),
    tick: handler,
    ...(alarmWatch && { count: (name) => alarmWatch.countExecution(name) }),
  });
  const bots = new Bots({ time, random: random.fork('bots'), profile, server, table, ledger });

  const endOfFaults = begin + minutes * MINUTE;
  const end = endOfFaults + FAULT_FREE_MINUTES * MINUTE;
  table.follow((change) => ledger.follow(change));
  if (profile.expiry) deleteExpired(time, random.fork('expiry'), table, profile.expiry.deletion);
  if (profile.backlog > 0) await bots.trackBacklog();
  followForWakeUp(time, random.fork('stream'), table, cloud, intervalSeconds);
  callWebhook(time, random.fork('webhook'), { table, server, cloud, observe });
  runOperator(time, random.fork('operator'), table, server);
  const announcements = new AnnouncementLedger();
  if (mapping !== undefined) {
    table.follow((change) => announcements.follow(change));
    new AnnouncingStream({
      time,
      random: random.fork('announcing'),
      table,
      cloud,
      mapping: (mutation.alterMapping ?? same)(mapping),
      ledger: announcements,
      alter: mutation.alterAnnouncing ?? same,
    }).start(endOfFaults);
  }
  server.start();
  bots.start(endOfFaults);
  time.spawn(() => cloud.runRule(end));
  if (alarmWatch !== undefined) time.spawn(() => alarmWatch.run(endOfFaults));
  await time.runUntil(endOfFaults);
  server.endFaults(withoutFaults(profile));
  cloud.profile = withoutFaults(profile);
  await time.runUntil(end);
  return summarize({
    profile: profile.name,
    seed,
    minutes,
    intervalSeconds,
    ledger,
    server,
    cloud,
    announcements: mapping && announcements,
    alarmWatch,
  });
}

function same<T>(value: T): T {
  return value;
}

interface TickWorld {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly table: SimulatedTable;
  readonly server: NocoDbServer;
  readonly observe: Observer;
  readonly ledger: Ledger;
  readonly intervalSeconds: number;
  readonly mutation: Mutation;
}

/** The tick function, composed as its handler composes it. */
function createTickHandler(world: TickWorld): Handler {
  const { time, random, table, server, observe, ledger, intervalSeconds, mutation } = world;
  const { alterTick = (dependencies) => dependencies, alterToken = (token) => token } = mutation;
  let ticks = 0;
  let seenNews = new SeenNews();
  let token = createToken(time, server);
  return async (instance) => {
    if (instance.isNew) {
      seenNews = new SeenNews();
      token = createToken(time, server);
    }
    const owner = `tick-${++ticks}`;
    const options = { client: table.client(instance.io), tableName: 'simulated' };
    const { paidDays } = server.profile.expiry ?? DEFAULT_RETENTION;
    const dependencies: TickDependencies = {
      settings: { intervalSeconds, ...watchedBy(server), hasWebhook: server.profile.webhook !== undefined },
      clock: instance.clock,
      gate: new DynamoControlItem(options),
      payments: new DynamoPendingPayments({ ...options, confirmedBy: 'tick', paidDays }),
      source: new NocoDbSource(server, instance, alterToken(token), random),
      observe,
      seenNews,
      newOwner: () => owner,
    };
    const result = tick(alterTick(dependencies));
    const end = (tickEnd: Pick<TickEnd, 'outcome' | 'kind'>) =>
      ledger.ended(owner, { ...tickEnd, hasMetFault: instance.hasMetFault });
    result.then(
      ({ outcome }) => end({ outcome }),
      (error: unknown) => {
        end({ outcome: 'failed', kind: errorKind(error) });
        if (!(error instanceof TrackerError)) time.fail(error);
      },
    );
    instance.death.then(() => end({ outcome: 'died' }));
    return result;
  };
}

/** The tracker's own provider, with an SSM that is away at times. */
function createToken(time: VirtualTime, server: NocoDbServer): TokenProvider {
  const send = async () => {
    if (server.mishap === 'ssm-away') throw new Error('SSM is away');
    return { Parameter: { Value: 'simulated-token' } };
  };
  return createSsmToken({
    parameterName: '/simulated',
    clock: time,
    logger: { warn: () => {} },
    client: { send } as unknown as SSMClient,
  });
}

/** The settings of the tracker about the source. People may have changed them by mistake. */
function watchedBy({
  mishap,
  profile,
}: NocoDbServer): Pick<TickDependencies['settings'], 'source' | 'table'> {
  const isChanged = mishap === 'other-table' || mishap === 'wrong-id-field';
  const id = mishap === 'other-table' ? 'other' : 'right';
  return {
    source: isChanged ? mishap : 'right',
    table: { id, comparesOwners: profile.comparesOwners },
  };
}

/** The index follows the table with a lag, an item's changes in their order. */
function createPropagation(time: VirtualTime, random: Random, profile: () => FaultProfile) {
  const lastShown = new Map<string, number>();
  return (key: string, show: () => void) => {
    const { usual, longest, longLags } = profile().indexLag;
    const lag = random.chance(longLags) ? random.between(usual, longest) : random.between(0, usual);
    const moment = Math.max(time.now() + lag, lastShown.get(key) ?? 0);
    lastShown.set(key, moment);
    time.at(moment, show);
  };
}

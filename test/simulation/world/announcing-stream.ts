import { crc32 } from 'node:zlib';
import type { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, StreamRecord } from 'aws-lambda';
import { type AnnounceOptions, announce } from '../../../lambda/notify/announce.ts';
import { createDeadLetters } from '../../../lambda/notify/dead-letters.ts';
import { createEventBus } from '../../../lambda/notify/event-bus.ts';
import { paymentKey } from '../../../lambda/table/layout.ts';
import type { Item } from '../dynamo/operand.ts';
import type { Change, SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { type AnnouncementLedger, TRACKER_NAME } from './announcement-ledger.ts';
import type { Cloud } from './cloud.ts';
import type { Instance } from './instance.ts';
import { createFilter, type StreamMapping } from './stream-mapping.ts';

const HOUR = 3_600_000;

/** DynamoDB deletes a change from the stream after this time, whether anybody has read it or not. */
const STREAM_KEEPS = 24 * HOUR;

/** A table begins with four partitions, and its stream has a shard for each. The changes of an item are in one shard. */
const SHARDS = 4;

/** From a write to the function that follows the stream; of a call of the bus or the queue, one way; milliseconds. */
const STREAM_LATENCY = [100, 600] as const;
const CALL_LATENCY = [3, 30] as const;

/** A new mapping needs minutes to become active. */
const ACTIVATION = [60_000, 300_000] as const;

/** Wait after a call of the function that failed, which doubles with each failure; milliseconds. */
const RETRY_AFTER = { first: 1_000, longest: 60_000 } as const;

const TIMEOUT_SECONDS = 60;

/** A payment that somebody makes paid by hand. */
const BY_HAND = { userId: 'hand', recordId: '1' };

export interface AnnouncingOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly table: SimulatedTable;
  readonly cloud: Cloud;
  readonly mapping: StreamMapping;
  readonly ledger: AnnouncementLedger;
  /** Alters what the function is given. */
  readonly alter: (options: AnnounceOptions) => AnnounceOptions;
}

/** A change as the stream has it. */
type StreamChange = DynamoDBRecord & { dynamodb: StreamRecord };

interface Shard {
  /** The changes that the stream still has, and that pass the filter of the mapping. */
  readonly records: { readonly record: StreamChange; readonly at: number }[];
  /** How many changes before them the stream has deleted. */
  deleted: number;
  /** Nobody can read the shard before this moment. */
  lateUntil: number;
}

/** A mapping that reads the stream until another one replaces it. Positions count from the shards' first change. */
interface Reader {
  readonly positions: Map<Shard, number>;
  readonly active: Set<Shard>;
  isReplaced: boolean;
}

/** The stream of the table, the mapping that reads it, and the function that announces. */
export class AnnouncingStream {
  readonly #options: AnnouncingOptions;
  readonly #passes: ReturnType<typeof createFilter>;
  readonly #shards = Array.from({ length: SHARDS }, (): Shard => ({ records: [], deleted: 0, lateUntil: 0 }));
  #reader: Reader = { positions: new Map(), active: new Set(), isReplaced: false };
  #sequenceNumber = 0;

  constructor(options: AnnouncingOptions) {
    this.#options = options;
    this.#passes = createFilter(options.mapping);
  }

  /** @param end nothing happens to the stream after this moment; epoch milliseconds */
  start(end: number): void {
    const { table, cloud, time, random } = this.#options;
    table.follow((change) => this.#append(recordOf(change)));
    const { lateShards, replacements, unreadable } = cloud.profile.announcing;
    const repeat = (every: number, happen: () => unknown) =>
      time.repeat({ random, every, isOver: () => time.now() >= end }, happen);
    repeat(lateShards.every, () => {
      random.pick(this.#shards).lateUntil = time.now() + random.between(0, lateShards.longest);
    });
    repeat(replacements, () => this.#replaceMapping());
    repeat(unreadable, () => this.#writeUnreadable());
  }

  #append(record: StreamChange): void {
    if (!this.#passes(record)) return;
    this.#sequenceNumber += 1;
    record.dynamodb.SequenceNumber = String(this.#sequenceNumber);
    const shard = this.#shards[crc32(JSON.stringify(record.dynamodb.Keys)) % SHARDS] as Shard;
    shard.records.push({ record, at: this.#options.time.now() });
    this.#wake(this.#reader, shard);
  }

  /** A deployment deletes the mapping and creates a new one. */
  async #replaceMapping(): Promise<void> {
    const { time, random, mapping } = this.#options;
    this.#reader.isReplaced = true;
    await time.sleep(random.between(...ACTIVATION));
    const isFromLatest = mapping.StartingPosition === 'LATEST';
    const positions = this.#shards.map((shard): [Shard, number] => [shard, isFromLatest ? endOf(shard) : 0]);
    this.#reader = { positions: new Map(positions), active: new Set(), isReplaced: false };
    for (const shard of this.#shards) this.#wake(this.#reader, shard);
  }

  #wake(reader: Reader, shard: Shard): void {
    if (reader.isReplaced || reader.active.has(shard)) return;
    reader.active.add(shard);
    this.#options.time.spawn(() => this.#read(reader, shard));
  }

  /** Reads a shard to its end, a batch after the other. A batch that fails is split. */
  async #read(reader: Reader, shard: Shard): Promise<void> {
    const { time, random, mapping } = this.#options;
    let size = mapping.BatchSize;
    let retryAfter: number = RETRY_AFTER.first;
    for (;;) {
      await time.sleep(Math.max(random.between(...STREAM_LATENCY), shard.lateUntil - time.now()));
      const position = this.#firstToRead(reader, shard);
      if (reader.isReplaced || position === endOf(shard)) break;
      const begin = position - shard.deleted;
      const batch = shard.records.slice(begin, begin + size).map(({ record }) => record);
      const done = await this.#call(batch);
      reader.positions.set(shard, position + done);
      if (done === batch.length) {
        size = mapping.BatchSize;
        retryAfter = RETRY_AFTER.first;
        continue;
      }
      size = Math.ceil((batch.length - done) / 2);
      await time.sleep(retryAfter);
      retryAfter = Math.min(RETRY_AFTER.longest, 2 * retryAfter);
    }
    reader.active.delete(shard);
  }

  /** Where to go on, without the changes that the stream has deleted or that are too old for the mapping. */
  #firstToRead(reader: Reader, shard: Shard): number {
    const { time, mapping } = this.#options;
    const isOlder = (age: number) => (shard.records[0]?.at ?? Number.POSITIVE_INFINITY) < time.now() - age;
    while (isOlder(STREAM_KEEPS)) {
      shard.records.shift();
      shard.deleted += 1;
    }
    const oldest = time.now() - mapping.MaximumRecordAgeInSeconds * 1000;
    const young = shard.records.findIndex(({ at }) => at >= oldest);
    const first = young === -1 ? endOf(shard) : shard.deleted + young;
    return Math.max(first, reader.positions.get(shard) ?? 0);
  }

  /** Calls the function. @returns how many of the changes are done, from the first on */
  async #call(batch: readonly DynamoDBRecord[]): Promise<number> {
    const { cloud, random, mapping } = this.#options;
    const { throttledCalls, deaths } = cloud.profile.announcing;
    if (random.chance(throttledCalls)) return 0;
    const handler = (instance: Instance) => announce(batch, this.#dependencies(instance));
    const result = await cloud.invoke(handler, TIMEOUT_SECONDS, { random, faults: { deaths, hangs: 0 } });
    if ('error' in result) return 0;
    const isTold = mapping.FunctionResponseTypes.includes('ReportBatchItemFailures');
    return isTold && typeof result.payload === 'number' ? result.payload : batch.length;
  }

  /** What the function gives to {@link announce}, composed as its handler composes it. */
  #dependencies(instance: Instance): AnnounceOptions {
    const { alter, ledger, random, cloud } = this.#options;
    const { refusedEvents } = cloud.profile.announcing;
    const bus = {
      send: ({ input: { Entries: entries = [] } }: PutEventsCommand) =>
        this.#carry(instance, () => ({
          Entries: entries.map((entry) => {
            if (random.chance(refusedEvents)) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Wait.' };
            ledger.take(entry);
            return { EventId: 'simulated' };
          }),
        })),
    };
    const queue = {
      send: ({ input }: SendMessageCommand) =>
        this.#carry(instance, () => ledger.buried(input.MessageBody ?? '')),
    };
    return alter({
      bus: createEventBus(bus as unknown as EventBridgeClient, 'simulated'),
      deadLetters: createDeadLetters(queue as unknown as SQSClient, 'simulated'),
      trackerName: TRACKER_NAME,
      logger: { info: () => {}, error: () => {} },
    });
  }

  /** Carries a call to AWS and its answer back; either may be lost, after the retries of the SDK. */
  async #carry<Output>(instance: Instance, operate: () => Output): Promise<Output> {
    const { random, cloud } = this.#options;
    const isLost = () => random.chance(cloud.profile.announcing.failedCalls / 2);
    await instance.wait(random.between(...CALL_LATENCY));
    if (isLost()) throw new Error('The simulated bus or queue is out of order.');
    const answer = operate();
    await instance.wait(random.between(...CALL_LATENCY));
    if (isLost()) throw new Error('The answer of the simulated bus or queue was lost.');
    return answer;
  }

  /** Somebody makes a payment paid by hand, and forgets when. */
  #writeUnreadable(): void {
    const item = { ...paymentKey(BY_HAND), ...BY_HAND };
    const record = recordOf({ before: { ...item, status: 'pending' }, after: { ...item, status: 'paid' } });
    this.#append(record);
    this.#options.ledger.wroteUnreadable(record);
  }
}

function endOf({ deleted, records }: Shard): number {
  return deleted + records.length;
}

function recordOf({ before, after }: Change): StreamChange {
  const { pk, sk } = (after ?? before) as Item;
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      Keys: marshalled({ pk, sk }),
      // Only when they are looked at: the filter stops most changes before that.
      get OldImage() {
        return before && marshalled(before);
      },
      get NewImage() {
        return after && marshalled(after);
      },
    },
  };
}

function marshalled(item: Item) {
  return marshall(item) as NonNullable<StreamRecord['Keys']>;
}

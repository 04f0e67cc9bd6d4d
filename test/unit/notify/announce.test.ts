import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announce } from '../../../lambda/notify/announce.ts';
import type { DeadLetters } from '../../../lambda/notify/dead-letters.ts';
import type { EventBus, RefusedEvent } from '../../../lambda/notify/event-bus.ts';
import { paidItem, streamRecord } from './stream-records.ts';

/** Confirmed payments of users 0, 1, 2, … */
const records = (count: number) =>
  Array.from({ length: count }, (_, index) => streamRecord(paidItem({ userId: `${index}` })));

interface Answers {
  /** User ids that the bus refuses. */
  readonly refuses?: readonly string[];
  /** Numbers of the calls that fail, from 0. */
  readonly failsAt?: readonly number[];
}

function createBus({ refuses = [], failsAt = [] }: Answers = {}) {
  const calls: string[][] = [];
  const taken: string[] = [];
  const bus: EventBus = {
    async put(events) {
      const users = events.map(({ userId }) => userId);
      calls.push(users);
      if (failsAt.includes(calls.length - 1)) throw new Error('connection reset');
      taken.push(...users.filter((user) => !refuses.includes(user)));
      return users.flatMap((user, index): RefusedEvent[] =>
        refuses.includes(user) ? [{ index, reason: 'InternalFailure: Wait. Try again.' }] : [],
      );
    },
  };
  return { bus, calls, taken };
}

/** A queue. @param full whether it takes nothing */
function createQueue(full = false) {
  const messages: unknown[] = [];
  const deadLetters: DeadLetters = {
    async put({ record }) {
      if (full) throw new Error('the queue is away');
      messages.push(record);
    },
  };
  return { deadLetters, messages };
}

/** For tests in which every record can be read. */
const NO_ROOM: DeadLetters = {
  put: () => Promise.reject(new Error('the test did not expect a dead letter')),
};

function createLogger() {
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const log = (level: string) => (message: string, fields: Record<string, unknown>) =>
    void lines.push({ level, message, fields });
  return { lines, info: log('info'), error: log('error') };
}

describe('announcing confirmed payments', () => {
  it('puts ten events in a call, in the order of the stream', async () => {
    const { bus, calls } = createBus();
    const logger = createLogger();

    const failed = await announce(records(23), { bus, deadLetters: NO_ROOM, trackerName: 'shop', logger });

    expect(failed).toBeUndefined();
    expect(calls.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(calls.flat()).toEqual(Array.from({ length: 23 }, (_, index) => `${index}`));
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'info',
      message: '📣 Announced 3 confirmed payments',
      fields: { keys: ['shop/20/17', expect.anything(), expect.anything()] },
    });
  });

  it('stops at the first event that the bus refuses, and says why', async () => {
    const { bus, calls } = createBus({ refuses: ['12', '14'] });
    const logger = createLogger();

    const failed = await announce(records(23), { bus, deadLetters: NO_ROOM, trackerName: 'shop', logger });

    expect(failed).toBe(12);
    expect(calls).toHaveLength(2);
    expect(logger.lines.at(-2)).toMatchObject({ fields: { keys: ['shop/10/17', 'shop/11/17'] } });
    expect(logger.lines.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('could not be announced'),
      fields: {
        error: {
          kind: 'EventRefused',
          operation: 'put event on the bus',
          target: expect.stringContaining('shop/12/17'),
          message: expect.stringContaining('InternalFailure: Wait. Try again. The stream delivers it again.'),
          hint: expect.stringContaining('check the event bus and its policy'),
        },
      },
    });
  });

  it('says so of one payment, and nothing when none is announced', async () => {
    const { bus } = createBus({ refuses: ['1'] });
    const logger = createLogger();
    const options = { bus, deadLetters: NO_ROOM, trackerName: 'shop', logger };

    await announce(records(1), options);
    const failed = await announce(records(2).slice(1), options);

    expect(failed).toBe(0);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      '📣 Announced 1 confirmed payment',
      '📣 A confirmed payment could not be announced',
    ]);
  });

  it('throws when the first call fails, and reports the place when a later one does', async () => {
    const first = createBus({ failsAt: [0] });
    const second = createBus({ failsAt: [1] });
    const logger = createLogger();
    const options = { deadLetters: NO_ROOM, trackerName: 'shop', logger };

    await expect(announce(records(23), { ...options, bus: first.bus })).rejects.toThrow('connection reset');
    await expect(announce(records(23), { ...options, bus: second.bus })).resolves.toBe(10);
    expect(logger.lines).toMatchObject([
      { message: '📣 Announced 10 confirmed payments' },
      { fields: { error: { message: 'connection reset' } } },
    ]);
  });

  it('gives up what cannot be read, whole, and announces what comes before and behind it', async () => {
    const { bus, taken } = createBus();
    const { deadLetters, messages } = createQueue();
    const logger = createLogger();
    const unreadable = [
      streamRecord(paidItem({ status: 'pending' }), '7'),
      streamRecord(paidItem({ userId: 'half\ud83d' }), '8'),
    ];

    const failed = await announce([...records(12), ...unreadable, ...records(3)], {
      bus,
      deadLetters,
      trackerName: 'shop',
      logger,
    });

    expect(failed).toBeUndefined();
    expect(taken).toHaveLength(15);
    expect(messages).toEqual(unreadable);
    expect(logger.lines.filter(({ level }) => level === 'error')).toMatchObject([
      {
        message: expect.stringContaining('it is in the dead-letter queue'),
        fields: { error: { kind: 'UnreadableRecord', target: expect.stringContaining('record 7') } },
      },
      { fields: { error: { name: 'URIError' } } },
    ]);
  });

  it('gets what cannot be read again when the queue does not take it', async () => {
    const { bus } = createBus();
    const { deadLetters } = createQueue(true);
    const batch = [...records(2), streamRecord({}), ...records(1)];
    const logger = createLogger();

    const failed = await announce(batch, { bus, deadLetters, trackerName: 'shop', logger });

    expect(failed).toBe(2);
    expect(logger.lines).toMatchObject([
      { fields: { keys: ['shop/0/17', 'shop/1/17'] } },
      { level: 'error', fields: { error: { message: 'the queue is away' } } },
    ]);
  });

  it('does not call the bus when nothing can be read', async () => {
    const { bus, calls } = createBus();
    const { deadLetters, messages } = createQueue();

    await announce([streamRecord({})], { bus, deadLetters, trackerName: 'shop', logger: createLogger() });

    expect(calls).toEqual([]);
    expect(messages).toHaveLength(1);
  });

  it('gives up nothing behind an event that the bus refuses: all of that comes again', async () => {
    const { bus } = createBus({ refuses: ['1'] });
    const { deadLetters, messages } = createQueue();
    const batch = [streamRecord({}, '1'), ...records(3), streamRecord({}, '2')];

    const failed = await announce(batch, { bus, deadLetters, trackerName: 'shop', logger: createLogger() });

    expect(failed).toBe(2);
    expect(messages).toEqual([streamRecord({}, '1')]);
  });

  it('loses no confirmation, whatever the bus refuses, as long as the stream delivers again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.record({ refuses: fc.array(fc.nat(39).map(String)), fails: fc.nat(4) }), {
          maxLength: 8,
        }),
        async (count, faults) => {
          const taken: string[] = [];
          let rest = records(count);
          for (const { refuses, fails } of [...faults, { refuses: [], fails: 99 }]) {
            const attempt = createBus({ refuses, failsAt: [fails] });
            const failed = await announce(rest, {
              bus: attempt.bus,
              deadLetters: NO_ROOM,
              trackerName: 'shop',
              logger: createLogger(),
            }).catch(() => 0);
            taken.push(...attempt.taken);
            rest = failed === undefined ? [] : rest.slice(failed);
            if (rest.length === 0) break;
          }

          expect(new Set(taken)).toEqual(new Set(Array.from({ length: count }, (_, index) => `${index}`)));
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { harness } from './harness.ts';

const minutes = (count: number) => count * 60_000;

describe('an audit', () => {
  it('gives a payment up after its record was absent three audits in a row', async () => {
    const { table, source, clock, next, eventsOf } = harness();
    await table.track('alice', '1');
    source.records.set('9', { paid: false });
    await table.track('bob', '9');
    await next();

    for (let audit = 0; audit < 3; audit += 1) {
      expect(table.status('alice', '1')).toBe('pending');
      clock.advance(minutes(10));
      await next();
    }

    expect(table.status('alice', '1')).toBe('missing');
    expect(table.status('bob', '9')).toBe('pending');
    expect(eventsOf('payment.missing')).toHaveLength(1);
    expect(eventsOf('tick.finished').map(({ audit }) => audit)).toEqual([false, true, true, true]);
  });

  it('counts only misses in a row', async () => {
    const { table, source, clock, next } = harness();
    await table.track('alice', '1');
    const audit = async () => {
      clock.advance(minutes(10));
      await next();
    };
    await next();
    await audit();
    await audit();
    source.records.set('1', { paid: false });
    await audit();
    source.records.delete('1');

    await audit();
    await audit();

    expect(table.status('alice', '1')).toBe('pending');
    await audit();
    expect(table.status('alice', '1')).toBe('missing');
  });

  it('confirms what is paid, too', async () => {
    const { table, clock, next, pending } = harness();
    await pending('alice', '1');
    await next();
    await pending('alice', '1', { paid: true });
    clock.advance(minutes(10));

    await next();

    expect(table.status('alice', '1')).toBe('paid');
  });
});

describe('a round over several ticks', () => {
  it('makes the data only as fresh as its start, and leaves nobody out', async () => {
    const { table, source, clock, next, pending, eventsOf } = harness();
    for (let id = 1; id <= 100; id += 1) await pending(`user-${id}`, String(id).padStart(3, '0'));
    source.bulkList = false;
    source.urlIds = 1;
    await table.remember({ bulkList: { supported: false, learnedAt: clock.now() } });

    await next();
    const [first] = eventsOf('tick.finished');
    expect(first?.unanswered).toBeGreaterThan(0);
    expect(table.control.lastSuccessAt).toBeUndefined();
    const began = table.control.round?.startedAt;
    while (table.control.lastSuccessAt === undefined) await next();

    expect(table.control.lastSuccessAt).toBe(began);
    const asked = new Set(
      source.requests.flatMap(({ queries }) => queries.flatMap(({ recordIds }) => recordIds)),
    );
    expect(asked.size).toBe(100);
  });
});

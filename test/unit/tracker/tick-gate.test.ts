import { describe, expect, it, vi } from 'vitest';
import { RateLimitedError } from '../../../lambda/tracker/errors.ts';
import { DETAILS } from '../../support/fake-source.ts';
import { harness } from './harness.ts';

describe('the gate', () => {
  it('lets one of two ticks at once through', async () => {
    const { source, clock, run, pending, eventsOf } = harness();
    await pending('alice', '1');
    clock.set(Math.ceil(clock.now() / 20_000) * 20_000);

    const results = await Promise.all([run(), run()]);

    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['done', 'skipped']);
    expect(source.requests).toHaveLength(1);
    expect(eventsOf('tick.skipped')).toMatchObject([{ reason: 'held' }]);
    expect(eventsOf('tick.skipped')[0]).not.toHaveProperty('cause');
  });

  it('refuses a second tick in the same slot and takes the next slot', async () => {
    const { clock, run, next, pending } = harness();
    await pending('alice', '1');

    await next();
    clock.advance(5_000);
    const again = await run();
    const after = await next();

    expect([again.outcome, after.outcome]).toEqual(['skipped', 'done']);
  });

  it('takes a moment just before a slot for that slot, so that clocks may differ', async () => {
    const { clock, run, next, pending } = harness();
    await pending('alice', '1');
    await next();
    clock.advance(20_000 - 200 - (clock.now() % 20_000));

    const early = await run();
    clock.advance(1_000);
    const duplicate = await run();

    expect([early.outcome, duplicate.outcome]).toEqual(['done', 'skipped']);
  });

  it.each([
    ['a holder', { nextAllowedAt: Date.UTC(2099, 0, 1) }],
    ['a holder that is no number', { nextAllowedAt: 'tomorrow' }],
    ['a penalty', { blockedUntil: Date.UTC(2099, 0, 1) }],
    ['both', { nextAllowedAt: Date.UTC(2099, 0, 1), blockedUntil: Date.UTC(2099, 0, 1) }],
  ])('is passed, with a warning, when %s was written that no tick writes', async (_, state) => {
    const { table, next, pending, eventsOf } = harness();
    await pending('alice', '1');
    await table.remember(state as object);

    const results = [await next(), await next()];

    expect(results).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    const told = Object.entries(state).map(([name, value]) => [name, String(value)]);
    expect(eventsOf('gate.passedOver')).toEqual([{ type: 'gate.passedOver', ...Object.fromEntries(told) }]);
    expect(table.control).not.toHaveProperty('blockedUntil');
  });

  it('notes a penalty although a broken one was there before', async () => {
    const { table, source, clock, next, pending } = harness();
    await pending('alice', '1');
    await table.remember({ blockedUntil: Date.UTC(2099, 0, 1) });
    const retryAt = clock.now() + 90_000;
    source.faults = [new RateLimitedError({ ...DETAILS, retryAt })];

    await expect(next()).rejects.toThrow(RateLimitedError);

    expect(table.control.blockedUntil).toBe(retryAt);
    expect(await next()).toEqual({ outcome: 'skipped', reason: 'blocked', until: retryAt });
  });

  it('waits for the longest penalty, and for a tick of a longer interval', async () => {
    const { table, clock, run, eventsOf } = harness({ intervalSeconds: 5 });
    const hour = 60 * 60_000;
    await table.remember({ blockedUntil: clock.now() + hour });

    expect(await run()).toMatchObject({ outcome: 'skipped', reason: 'blocked' });
    clock.advance(hour);
    await table.gate.acquire({ owner: 'of 300 s', now: clock.now(), lease: 60_500 });
    expect(await run()).toMatchObject({ outcome: 'skipped', reason: 'held' });
    expect(eventsOf('gate.passedOver')).toEqual([]);
  });

  it('that was taken from a tick is told', async () => {
    const { table, next, eventsOf } = harness();
    await next();
    expect(eventsOf('tick.leaseLost')).toEqual([]);
    vi.spyOn(table.gate, 'finish').mockResolvedValueOnce(false);

    await next();

    expect(eventsOf('tick.leaseLost')).toEqual([{ type: 'tick.leaseLost', owner: 'tick-2' }]);
  });

  it('opens by itself when a tick dies', async () => {
    const { table, run, clock, next, pending } = harness();
    await pending('alice', '1');
    await table.gate.acquire({ owner: 'dead', now: clock.now(), lease: 16_500 });

    const held = await run();
    const after = await next();

    expect([held.outcome, after.outcome]).toEqual(['skipped', 'done']);
  });
});

import { describe, expect, it } from 'vitest';
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

  it('opens by itself when a tick dies', async () => {
    const { table, run, clock, next, pending } = harness();
    await pending('alice', '1');
    await table.gate.acquire({ owner: 'dead', now: clock.now(), lease: 16_500 });

    const held = await run();
    const after = await next();

    expect([held.outcome, after.outcome]).toEqual(['skipped', 'done']);
  });
});

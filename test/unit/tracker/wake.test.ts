import { describe, expect, it } from 'vitest';
import { RESTING_AFTER } from '../../../lambda/tracker/control-state.ts';
import { wake } from '../../../lambda/tracker/wake.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A loop and its count of empty ticks; `deeds` tells what was done to them, in order. */
function prepare(emptyTicks: number | undefined, { startFails = false, intervalSeconds = 59 } = {}) {
  const deeds: string[] = [];
  const rest = {
    emptyTicks: async () => emptyTicks,
    clearEmptyTicks: async () => {
      deeds.push('clear');
      emptyTicks = 0;
    },
    noteWoken: async (now: number) => {
      deeds.push(`woken at ${now}`);
    },
  };
  const loop = {
    start: async () => {
      if (startFails) throw new Error('States.Unavailable');
      deeds.push('start');
    },
  };
  return { intervalSeconds, rest, loop, clock: new FakeClock(), deeds };
}

describe('wake', () => {
  it('starts the resting loop, and only then clears the count that makes it rest', async () => {
    const { deeds, ...ports } = prepare(RESTING_AFTER);

    expect(await wake(ports)).toBe(true);
    expect(deeds).toEqual(['start', 'clear']);
  });

  it('does nothing while the loop is busy', async () => {
    const { deeds, ...ports } = prepare(0);

    expect(await wake(ports)).toBe(false);
    expect(deeds).toEqual([]);
  });

  it('keeps a loop that ticks in vain from resting', async () => {
    const { deeds, ...ports } = prepare(RESTING_AFTER - 2);

    expect(await wake(ports)).toBe(false);
    expect(deeds).toEqual(['clear']);
  });

  it('starts the loop when a tick under way may be the one that lets it rest', async () => {
    const { deeds, ...ports } = prepare(RESTING_AFTER - 1);

    expect(await wake(ports)).toBe(true);
    expect(deeds).toEqual(['start', 'clear']);
  });

  it('starts a loop that has never ticked, and leaves it to the first tick to create the control item', async () => {
    const { deeds, ...ports } = prepare(undefined);

    expect(await wake(ports)).toBe(true);
    expect(deeds).toEqual(['start']);
  });

  it('clears nothing when the loop did not start, so that a repeated call does both', async () => {
    const { deeds, ...ports } = prepare(RESTING_AFTER, { startFails: true });

    await expect(wake(ports)).rejects.toThrow('States.Unavailable');
    expect(deeds).toEqual([]);
  });

  it('leaves a note to a loop without slots, which starts each minute, and never starts it', async () => {
    for (const emptyTicks of [undefined, 0, RESTING_AFTER]) {
      const { deeds, ...ports } = prepare(emptyTicks, { intervalSeconds: 60 });

      expect(await wake(ports)).toBe(true);
      expect(deeds).toEqual([`woken at ${ports.clock.now()}`]);
    }
  });
});

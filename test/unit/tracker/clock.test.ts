import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../lambda/tracker/clock.ts';

describe('the clock of the system', () => {
  afterEach(() => void vi.useRealTimers());

  it('tells the time, and sleeps as long as it is told', async () => {
    vi.useFakeTimers({ now: 1_000 });
    let isAwake = false;

    const slept = systemClock.sleep(250).then(() => {
      isAwake = true;
    });
    await vi.advanceTimersByTimeAsync(249);
    expect([systemClock.now(), isAwake]).toEqual([1_249, false]);
    await vi.advanceTimersByTimeAsync(1);
    await slept;

    expect([systemClock.now(), isAwake]).toEqual([1_250, true]);
  });
});

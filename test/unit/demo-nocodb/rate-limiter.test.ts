import { describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../../infra/local/demo-nocodb/for-tests/rate-limiter.ts';

describe('the rate limiter', () => {
  function start() {
    const clock = { now: 0 };
    const limiter = createRateLimiter({ requestsPerSecond: 5, blockSeconds: 30 }, () => clock.now);
    return { clock, ask: (token = 'a') => limiter.refuse(token) };
  }

  it('lets five requests through in any second, and the next when one of them is a second old', () => {
    const { clock, ask } = start();

    for (const at of [0, 200, 400, 600, 800, 1000, 1200]) {
      clock.now = at;
      expect(ask()).toBeUndefined();
    }
  });

  it('blocks a token that asks a sixth time, for 30 seconds from then', () => {
    const { clock, ask } = start();
    const first = Array.from({ length: 6 }, () => ask());

    clock.now = 10_500;
    const later = ask();
    clock.now = 30_000;
    const afterwards = ask();

    expect(first).toEqual([undefined, undefined, undefined, undefined, undefined, 30]);
    expect(later).toBe(20);
    expect(afterwards).toBeUndefined();
  });

  it('counts each token by itself', () => {
    const { ask } = start();
    for (let count = 0; count < 6; count += 1) ask('a');

    expect([ask('a'), ask('b')]).toEqual([30, undefined]);
  });
});

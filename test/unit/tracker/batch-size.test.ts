import { describe, expect, it } from 'vitest';
import {
  afterAnswer,
  afterTooLarge,
  type BatchSize,
  startingSize,
  worthRemembering,
} from '../../../lambda/tracker/batch-size.ts';

const MAX = 20_000;
const HOUR = 60 * 60_000;
const NOW = 10 * HOUR;
const size = (ids: number, successes = 0) => ({ ids, successes });
/** A request that took a quarter of the time that it was allowed. */
const quick = (ids: number) => ({ ids, took: 250, allowed: 1000 });
const answered = (before: BatchSize, request = quick(before.ids), now = NOW) =>
  afterAnswer(before, request, { now, max: MAX });

describe('the number of ids in a request', () => {
  it('begins with the most, or with what is known', () => {
    expect(startingSize(undefined, MAX)).toEqual(size(MAX));
    expect(startingSize(size(100, 1), MAX)).toEqual(size(100, 1));
    expect(startingSize(size(100, 1), 50)).toEqual(size(50, 1));
  });

  it('doubles after two quick answers to whole requests', () => {
    expect(answered(size(100))).toEqual(size(100, 1));
    expect(answered(size(100, 1))).toEqual(size(200));
    expect(answered(size(15_000, 1))).toEqual(size(MAX));
  });

  it('stays where an answer says nothing', () => {
    expect(answered(size(100, 1), quick(99))).toEqual(size(100, 1));
    expect(answered(size(MAX, 1))).toEqual(size(MAX, 1));
  });

  it('begins to count again after an answer that was not quick', () => {
    expect(answered(size(100, 1), { ids: 100, took: 251, allowed: 1000 })).toEqual(size(100));
  });

  it('is halved after a request that was too large, down to one', () => {
    expect(afterTooLarge(size(100, 1), 100, false, NOW)).toEqual(size(50));
    expect(afterTooLarge(size(100), 33, false, NOW)).toEqual(size(16));
    expect(afterTooLarge(size(1), 1, false, NOW)).toEqual(size(1));
  });

  it('remembers for an hour what was refused, and does not grow that far', () => {
    const refused = { ids: 400, at: NOW };
    const known = afterTooLarge(size(400), 400, true, NOW);

    expect(known).toEqual({ ...size(200), refused });
    expect(answered({ ...known, successes: 1 })).toEqual({ ...size(200, 2), refused });
    expect(answered({ ...size(100, 1), refused })).toEqual({ ...size(200), refused });
    expect(answered({ ...known, successes: 1 }, undefined, NOW + HOUR - 1)).toEqual({
      ...size(200, 2),
      refused,
    });
    expect(answered({ ...known, successes: 1 }, undefined, NOW + HOUR)).toStrictEqual(size(400));
    // A request that was only too late does not change it.
    expect(afterTooLarge(known, 200, false, NOW + 1)).toEqual({ ...size(100), refused });
    expect(afterTooLarge(size(200), 200, false, NOW)).toStrictEqual(size(100));
  });

  it('is remembered unless it is the most', () => {
    expect(worthRemembering(size(MAX), MAX)).toBeUndefined();
    expect(worthRemembering(size(MAX - 1), MAX)).toEqual(size(MAX - 1));
  });
});

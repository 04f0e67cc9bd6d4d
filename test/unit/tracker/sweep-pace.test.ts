import { describe, expect, it } from 'vitest';
import { sliceBesideNews, sweepSeconds } from '../../../lambda/tracker/sweep-pace.ts';

describe('a sweep beside news', () => {
  it.each([
    [5, 500],
    [20, 2_000],
    [60, 6_000],
    [200, 20_000],
    [3600, 20_000],
  ])('at %i s has slices of %i payments', (interval, slice) => {
    expect(sliceBesideNews(20_001, interval)).toBe(slice);
    expect(sliceBesideNews(20_000, interval)).toBe(20_000);
  });

  it.each([
    [20, 20_000, 20],
    [20, 20_001, 11 * 20],
    [20, 100_000, 1_000],
    [5, 100_000, 1_000],
    [20, 1_000_000, 10_000],
    [3600, 100_000, 5 * 3600],
  ])('at %i s takes through %i payments %i s', (interval, pending, seconds) => {
    expect(sweepSeconds(pending, interval)).toBe(seconds);
  });
});

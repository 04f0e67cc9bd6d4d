import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAge, wholeDataAge } from '../../../lambda/client/stats.ts';

test.for([
  [0, '0s ago'],
  [15, '15s ago'],
  [59, '59s ago'],
  [60, '1m ago'],
  [150, '2m ago'],
  [3599, '59m ago'],
  [3600, '1h ago'],
  [86_399, '23h ago'],
  [86_400, '1d ago'],
  [40 * 86_400, '40d ago'],
] as const)('%i seconds read %s', ([seconds, text]) => {
  expect(formatAge(seconds)).toBe(text);
});

test('an age is never told older than it is, and never by a whole unit younger', () => {
  const inSeconds = { s: 1, m: 60, h: 3600, d: 86_400 };
  fc.assert(
    fc.property(fc.nat(10_000_000), (seconds) => {
      const [, number, unit] = /^(\d+)([smhd]) ago$/.exec(formatAge(seconds)) as unknown as [
        string,
        string,
        's',
      ];
      const told = Number(number) * inSeconds[unit];
      expect(told).toBeLessThanOrEqual(seconds);
      expect(seconds - told).toBeLessThan(inSeconds[unit]);
    }),
  );
});

test('the age of the data is unknown before the first success, and whole seconds after it', () => {
  expect(wholeDataAge({}, 5000)).toBeNull();
  expect(wholeDataAge({ lastSuccessAt: 1000 }, 16_999)).toBe(15);
});

test('data from a clock that is ahead is fresh, not from the future', () => {
  expect(wholeDataAge({ lastSuccessAt: 2000 }, 1000)).toBe(0);
});

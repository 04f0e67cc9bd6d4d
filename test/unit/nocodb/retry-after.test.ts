import { describe, expect, it } from 'vitest';
import { penaltyEnd, retryAfterMilliseconds } from '../../../lambda/nocodb/retry-after.ts';
import { LONGEST_PENALTY_MS } from '../../../lambda/tracker/interval.ts';

const NOW = Date.parse('2026-10-21T07:28:00Z');

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Wed, 21 Oct 2026 07:28:45 GMT', 45_000],
    ['Wednesday, 21-Oct-26 07:28:45 GMT', 45_000],
    ['Wed Oct 21 07:28:45 2026 GMT', 45_000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ])('%j asks to wait %d ms', (value, milliseconds) => {
    expect(retryAfterMilliseconds(value, NOW)).toBe(milliseconds);
  });

  it.each(['', 'soon', '-5', '30s', '1e3', '2026-10-21', 'Wed, 41 Oct 2026 07:28:00 GMT', '5, 10'])(
    '%j says nothing',
    (value) => {
      expect(retryAfterMilliseconds(value, NOW)).toBeUndefined();
    },
  );
});

describe('the penalty after a 429', () => {
  it.each([
    ['no header', {}, 30_000],
    ['fewer seconds than NocoDB blocks', { 'retry-after': '5' }, 30_000],
    ['more seconds', { 'retry-after': '90' }, 90_000],
    ['a date', { 'retry-after': 'Wed, 21 Oct 2026 07:30:00 GMT' }, 120_000],
    ['a named throttler', { 'retry-after-user': '75' }, 75_000],
    [
      'several throttlers: the longest',
      { 'retry-after-user': '75', 'retry-after-base': '95', 'retry-after': '1' },
      95_000,
    ],
    ['garbage', { 'retry-after': 'soon' }, 30_000],
    ['an absurd wait', { 'retry-after': '999999999' }, LONGEST_PENALTY_MS],
    ['another header', { 'x-retry-after': '90', 'retry-afterwards': '90' }, 30_000],
  ])('with %s', (_case, headers, milliseconds) => {
    expect(penaltyEnd(headers, NOW) - NOW).toBe(milliseconds);
  });

  it('counts a date by the clock of the server that sent it', () => {
    const headers = { date: 'Wed, 21 Oct 2026 09:00:00 GMT', 'retry-after': 'Wed, 21 Oct 2026 09:01:00 GMT' };

    expect(penaltyEnd(headers, NOW) - NOW).toBe(60_000);
  });
});

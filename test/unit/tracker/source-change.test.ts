import { expect, test } from 'vitest';
import { type ControlState, forgetOtherSource, NO_COUNTERS } from '../../../lambda/tracker/control-state.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

const LEARNED: ControlState = {
  source: 'old',
  lastSuccessAt: NOW - 20_000,
  blockedUntil: NOW - 1,
  sweep: { startedAt: NOW - 40_000, counted: 16, after: { partition: '0', userId: 'u', recordId: '17' } },
  sweptAt: NOW - 90_000,
  isPartial: true,
  news: { clockSkew: 500 },
  batchSize: { ids: 1_000, successes: 0 },
  acceptedId: '17',
  bulkList: { supported: false, learnedAt: NOW - 60_000 },
  audit: { number: 7, startedAt: NOW - 300_000 },
  emptyTicks: 0,
  counters: { ...NO_COUNTERS, updates: 100 },
};

test('what was learned about the same source stays', () => {
  expect(forgetOtherSource(LEARNED, 'old', NOW)).toBe(LEARNED);
});

test('a tracker that never named its source keeps what it learned', () => {
  const { source: _source, ...unnamed } = LEARNED;

  expect(forgetOtherSource(unnamed, 'new', NOW)).toBe(unnamed);
  expect(forgetOtherSource(LEARNED, undefined, NOW)).toBe(LEARNED);
});

test('another source is swept from the beginning, and learned about anew', () => {
  const control = forgetOtherSource(LEARNED, 'new', NOW);

  const names = ['sweep', 'sweptAt', 'isPartial', 'news', 'batchSize', 'acceptedId', 'bulkList', 'source'];
  expect(names.filter((name) => name in control)).toEqual([]);
});

test('counters, a running penalty and the age of the data outlive the source', () => {
  const { counters, blockedUntil, lastSuccessAt } = forgetOtherSource(LEARNED, 'new', NOW);

  expect({ counters, blockedUntil, lastSuccessAt }).toEqual({
    counters: LEARNED.counters,
    blockedUntil: LEARNED.blockedUntil,
    lastSuccessAt: LEARNED.lastSuccessAt,
  });
});

test('a number is left out of the audits, and the next one begins after a whole wait', () => {
  expect(forgetOtherSource(LEARNED, 'new', NOW).audit).toEqual({ number: 8, startedAt: NOW });
});

test('nothing else stays but what is about the payments and the tables', () => {
  const kept = {
    emptyTicks: 2,
    counters: LEARNED.counters,
    pending: 16,
    month: ['2026-01', 41],
    watched: [{ table: 'm1', since: 0 }],
    lastTickAt: NOW - 20_000,
  } as const;

  expect(forgetOtherSource({ ...kept, source: 'old', acceptedId: '17' }, 'new', NOW)).toStrictEqual(kept);
  const { emptyTicks, counters } = kept;
  expect(forgetOtherSource({ emptyTicks, counters, source: 'old' }, 'new', NOW)).toStrictEqual({
    emptyTicks,
    counters,
  });
});

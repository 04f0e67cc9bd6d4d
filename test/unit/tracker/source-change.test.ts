import { expect, test } from 'vitest';
import { type ControlState, forgetOtherSource, NO_COUNTERS } from '../../../lambda/tracker/control-state.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

const LEARNED: ControlState = {
  source: 'old',
  lastSuccessAt: NOW - 20_000,
  blockedUntil: NOW - 1,
  cursor: { from: '17' },
  round: { startedAt: NOW - 40_000, answered: 16 },
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

test('another source begins a round of its own, from the first id, and learns about bulk lists anew', () => {
  const control = forgetOtherSource(LEARNED, 'new', NOW);

  expect(control).not.toHaveProperty('cursor');
  expect(control).not.toHaveProperty('round');
  expect(control).not.toHaveProperty('bulkList');
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

import { expect, test } from 'vitest';
import { createTickHistory, MAX_TICKS, type TickHistory } from '../../../infra/local/log/tick-history.ts';

/** The beginning of a slot of every interval. */
const START = Date.parse('2026-03-01T12:00:00Z');
const SECOND = 1000;

/** Adds ticks that ended at these seconds. */
function addDone(history: TickHistory, seconds: readonly number[], requests = 1): void {
  for (const second of seconds) {
    history.add({ at: START + second * SECOND, text: '', fields: { type: 'tick.finished', requests } });
  }
}

test.each([
  [{ type: 'tick.finished' }, 'done'],
  [{ type: 'tick.failed' }, 'failed'],
  [{ type: 'tick.skipped', reason: 'held' }, 'skipped'],
  [{ type: 'tick.skipped', reason: 'blocked' }, 'penalty'],
])('a line with %j is a tick: %s', (fields, outcome) => {
  const history = createTickHistory(20);

  history.add({ at: START, text: 'what it did', fields });

  expect(history.ticks()).toEqual([{ at: START, outcome, text: 'what it did' }]);
});

test('other lines are no ticks', () => {
  const history = createTickHistory(20);

  history.add({ at: START, text: 'a request', fields: { type: 'nocodb.request' } });
  history.add({ at: START, text: 'a crash' });

  expect(history.ticks()).toEqual([]);
  expect(history.requestsPerMinute(START)).toBeUndefined();
});

test('the ticks are in the order of their ends, and the oldest are forgotten', () => {
  const history = createTickHistory(20);

  addDone(history, [60, 20, 40]);
  const late = history.ticks().map(({ at }) => (at - START) / SECOND);
  addDone(
    history,
    Array.from({ length: 200 }, (_, index) => 100 + index),
  );

  expect(late).toEqual([20, 40, 60]);
  expect(history.ticks()).toHaveLength(MAX_TICKS);
  expect(history.ticks().at(-1)?.at).toBe(START + 299 * SECOND);
});

test.each([
  { interval: 20, ticks: [0.2, 20.1, 40.3, 60.2, 80.1], now: 85, expected: 3 },
  { interval: 20, ticks: [0.2, 20.1, 40.3, 60.2, 80.1], now: 100.1, expected: 3 },
  { interval: 5, ticks: [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65], now: 66, expected: 12 },
  { interval: 25, ticks: [0, 25, 50, 75], now: 80, expected: 2.4 },
  { interval: 300, ticks: [0, 300], now: 400, expected: 0.2 },
])('one request in each slot of $interval s is $expected a minute', ({ interval, ticks, now, expected }) => {
  const history = createTickHistory(interval);

  addDone(history, ticks);

  expect(history.requestsPerMinute(START + now * SECOND)).toBeCloseTo(expected);
});

test('a tick of several requests counts with all of them, and a tick without a request does not', () => {
  const history = createTickHistory(20);

  addDone(history, [0, 20], 4);
  history.add({ at: START + 41 * SECOND, text: '', fields: { type: 'tick.skipped', reason: 'held' } });

  expect(history.requestsPerMinute(START + 45 * SECOND)).toBe(8);
});

test('while no tick runs, the rate falls to nothing', () => {
  const history = createTickHistory(20);

  addDone(history, [0, 20, 40]);

  expect(history.requestsPerMinute(START + 90 * SECOND)).toBe(2);
  expect(history.requestsPerMinute(START + 300 * SECOND)).toBe(0);
});

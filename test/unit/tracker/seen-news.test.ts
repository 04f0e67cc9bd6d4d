import { expect, it } from 'vitest';
import { SeenNews } from '../../../lambda/tracker/seen-news.ts';

const record = (recordId: string, owner?: string | null) => ({
  recordId,
  paid: true,
  ...(owner !== undefined && { owner }),
});

it('a record was seen with its owner', () => {
  const seen = new SeenNews();
  seen.add(record('1'));
  seen.add(record('2', 'alice'));

  expect(seen.has(record('1'))).toBe(true);
  expect(seen.has(record('1', null))).toBe(false);
  expect(seen.has(record('2', 'alice'))).toBe(true);
  expect(seen.has(record('2', 'bob'))).toBe(false);
  expect(seen.has(record('3'))).toBe(false);
});

it('5,000 records are remembered: those that were seen last', () => {
  const seen = new SeenNews();
  for (let id = 1; id <= 5_000; id += 1) seen.add(record(String(id)));
  expect(seen.has(record('1'))).toBe(true);
  // Seen again, so the second is the oldest.
  seen.add(record('1'));

  seen.add(record('5001'));

  expect(['1', '2', '3', '5001'].map((id) => seen.has(record(id)))).toEqual([true, false, true, true]);
});

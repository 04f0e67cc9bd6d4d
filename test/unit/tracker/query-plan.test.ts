import { expect, it } from 'vitest';
import { bisect } from '../../../lambda/tracker/query-plan.ts';

it.each([
  ['texts from integers', ['1', 'a', '2'], ['1', '2'], ['a']],
  [
    'numbers that no integer column holds from the others',
    ['2147483647', '2147483648', '99999999999'],
    ['2147483647'],
    ['2147483648', '99999999999'],
  ],
  ['texts in halves', ['a', 'b', 'c'], ['a', 'b'], ['c']],
  ['integers in halves', ['1', '2', '3', '4'], ['1', '2'], ['3', '4']],
])('a search for a bad id parts %s', (_, ids, one, other) => {
  expect(bisect(ids)).toEqual([one, other]);
});

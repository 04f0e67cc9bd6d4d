import { describe, expect, it } from 'vitest';
import {
  dataAge,
  isIsolating,
  knownBulkList,
  learnedBulkList,
  sweepAge,
} from '../../../lambda/tracker/control-state.ts';

const HOUR = 60 * 60_000;
const NOW = 100 * HOUR;

describe('what is known about bulk lists', () => {
  const has = { supported: true, learnedAt: 0 };
  const hasNone = { supported: false, learnedAt: NOW };

  it.each([
    ['nothing before the first request', undefined, NOW, undefined],
    ['for good that a server has them', has, NOW, true],
    ['for an hour that it has none', hasNone, NOW + HOUR - 1, false],
    ['nothing after that hour', hasNone, NOW + HOUR, undefined],
    ['nothing from a clock that was far ahead', hasNone, NOW - HOUR, undefined],
  ])('is %s', (_, known, now, expected) => {
    expect(knownBulkList(known, now)).toBe(expected);
  });

  it.each([
    ['stays when a tick learned nothing', hasNone, undefined, hasNone],
    ['stays when a tick learned the same, so that its hour ends', hasNone, false, hasNone],
    ['changes when a tick learned something else', hasNone, true, { supported: true, learnedAt: NOW + 1 }],
    ['begins with what a tick learned', undefined, false, { supported: false, learnedAt: NOW + 1 }],
    ['stays unknown', undefined, undefined, undefined],
  ])('%s', (_, known, learned, expected) => {
    expect(learnedBulkList(known, learned, NOW + 1)).toEqual(expected);
  });
});

it('a bad id is being isolated among newcomers or in the sweep', () => {
  expect(isIsolating({})).toBe(false);
  expect(isIsolating({ newcomers: {}, sweep: { startedAt: 1, counted: 0 } })).toBe(false);
  expect(isIsolating({ newcomers: { alone: 1 } })).toBe(true);
  expect(isIsolating({ sweep: { startedAt: 1, counted: 0, alone: 1 } })).toBe(true);
});

it('ages are those of the last success and the last sweep, and never negative', () => {
  expect(dataAge({}, NOW)).toStrictEqual({});
  expect(dataAge({ lastSuccessAt: NOW - 1_500 }, NOW)).toStrictEqual({ dataAgeSeconds: 1.5 });
  expect(dataAge({ lastSuccessAt: NOW + 1 }, NOW)).toStrictEqual({ dataAgeSeconds: 0 });
  expect(sweepAge({}, NOW)).toStrictEqual({});
  expect(sweepAge({ sweptAt: NOW - 1_500 }, NOW)).toStrictEqual({ sweepAgeSeconds: 1.5 });
  expect(sweepAge({ sweptAt: NOW + 1 }, NOW)).toStrictEqual({ sweepAgeSeconds: 0 });
});

import { describe, expect, it } from 'vitest';
import type { ScaleMeasurement, ScaleTick } from '../../bench/measure/scale.ts';
import { missedScaleTargets } from '../../bench/targets.ts';

const SAMPLE = { min: 1, median: 1, max: 1 };

const TICK: ScaleTick = {
  requests: 2,
  readUnits: 250,
  writeUnits: 142,
  milliseconds: SAMPLE,
  requestMilliseconds: SAMPLE,
  processorMilliseconds: SAMPLE,
};

const MEASUREMENT: ScaleMeasurement = {
  kind: 'demo',
  pending: 1_000_000,
  records: 1_000_000,
  tick: TICK,
  audit: { ...TICK, requests: 3, readUnits: 300 },
  largestMemory: 256 * 2 ** 20,
  everything: { requests: 50, readUnits: 9_000 },
};

describe('the targets of a tick with many pending payments', () => {
  it('are met at the limits, and do not count the audit', () => {
    expect(missedScaleTargets({ scale: [MEASUREMENT] })).toEqual([]);
  });

  it.each([
    ['requests', { tick: { ...TICK, requests: 3 } }, 'a tick with 1000000 pending payments made 3 requests'],
    [
      'read units',
      { tick: { ...TICK, readUnits: 251 } },
      'a tick with 1000000 pending payments took 251 read units',
    ],
    ['memory', { largestMemory: 270e6 }, 'a tick with 1000000 pending payments took 270000000 bytes'],
  ])('are missed with more %s', (_, change, missed) => {
    expect(missedScaleTargets({ scale: [{ ...MEASUREMENT, ...change }] })).toEqual([missed]);
  });
});

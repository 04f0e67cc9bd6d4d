import type { BenchFigures } from './measure/run-bench.ts';
import type { ScaleFigures } from './measure/run-scale.ts';

/** With at most this many payments, a tick is one request, and takes less than this time and memory. */
const ONE_REQUEST = { tracked: 10_000, seconds: 2, megabytes: 256 };

/** The limits of a tick in the steady state, however many payments are pending. Memory in MB as Lambda counts: 2^20 bytes. */
const STEADY = { requests: 2, readUnits: 250, megabytes: 256 };

/** Bytes. */
const MAX_BUNDLE = 1_500_000;

/** The targets that figures of the tracker and of polling miss, in words. */
export function missedBenchTargets({ ticks, bundle }: Pick<BenchFigures, 'ticks' | 'bundle'>): string[] {
  const missed = ticks
    .filter(({ tracked }) => tracked <= ONE_REQUEST.tracked)
    .flatMap(({ kind, tracked, tick }) => {
      const of = `a tick with ${tracked} payments on ${kind}`;
      return [
        tick.requests > 1 && `${of} made ${tick.requests} requests`,
        tick.milliseconds.median >= ONE_REQUEST.seconds * 1000 && `${of} took ${tick.milliseconds.median} ms`,
        tick.largestMemory >= ONE_REQUEST.megabytes * 1e6 && `${of} took ${tick.largestMemory} bytes`,
      ];
    });
  const isBundleLarge = bundle.bytes >= MAX_BUNDLE;
  return [...missed, isBundleLarge && `the bundle has ${bundle.bytes} bytes`].filter(
    (each) => each !== false,
  );
}

/** The targets that figures of ticks with many pending payments miss, in words. */
export function missedScaleTargets({ scale }: Pick<ScaleFigures, 'scale'>): string[] {
  return scale
    .flatMap(({ pending, tick, largestMemory }) => {
      const of = `a tick with ${pending} pending payments`;
      return [
        tick.requests > STEADY.requests && `${of} made ${tick.requests} requests`,
        tick.readUnits > STEADY.readUnits && `${of} took ${tick.readUnits} read units`,
        largestMemory > STEADY.megabytes * 2 ** 20 && `${of} took ${largestMemory} bytes`,
      ];
    })
    .filter((each) => each !== false);
}

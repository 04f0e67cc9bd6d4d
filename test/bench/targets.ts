import type { BenchFigures } from './run-bench.ts';

/** Up to so many payments a tick is one request, and takes less than this time and memory. */
const ONE_REQUEST = { tracked: 10_000, seconds: 2, megabytes: 256 };

const MAX_BUNDLE = 1_500_000;

/** The promises that figures break, in words. */
export function missedTargets({ ticks, bundle }: Pick<BenchFigures, 'ticks' | 'bundle'>): string[] {
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

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMetrics, createMetricsObserver, METRICS } from '../../../lambda/observability/metrics.ts';
import { ACTION_NEEDED, ERROR_KINDS } from '../../../lambda/tracker/errors.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { failed, finished, response, SLOT } from './events.ts';

interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

beforeEach(() => {
  // Powertools then writes to the global console, which the test can spy on.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The lines in CloudWatch's embedded metric format that events lead to. */
function publish(...events: readonly TrackerEvent[]): EmbeddedMetrics[] {
  const published: EmbeddedMetrics[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => published.push(JSON.parse(text)));
  const observe = createMetricsObserver(createMetrics('shop-payments'), 20);
  for (const event of events) observe(event);
  return published;
}

/** Name to value of what a line publishes. */
function valuesOf(line: EmbeddedMetrics | undefined): Record<string, unknown> {
  const metrics = line?._aws.CloudWatchMetrics[0]?.Metrics ?? [];
  return Object.fromEntries(metrics.map(({ Name }) => [Name, line?.[Name]]));
}

test('a tick without anything unusual publishes nothing, whether it confirms payments or not', () => {
  expect(publish(response(), finished({ confirmed: 0, pending: 45 }), finished())).toEqual([]);
});

test('what is unusual is published, in one line', () => {
  const published = publish(
    response({ outcome: 'failed', status: 500 }),
    response(),
    response({ outcome: 'rateLimited', status: 429 }),
    finished({ missing: 1, invalid: 2, ownerMismatches: 3, cutPages: 4, unanswered: 5, unfinished: 6 }),
  );

  expect(published).toHaveLength(1);
  expect(valuesOf(published[0])).toEqual({
    NocoDbFailed: 1,
    NocoDbRateLimited: 1,
    PaymentsGivenUp: 3,
    OwnerMismatch: 3,
    CutPages: 4,
    Unanswered: 5,
    Unfinished: 6,
  });
  expect(published[0]).toMatchObject({
    service: 'shop-payments',
    _aws: { CloudWatchMetrics: [{ Namespace: 'PaymentTracker', Dimensions: [['service']] }] },
  });
});

test('a resting tracker publishes nothing', () => {
  const empty = { checked: 0, confirmed: 0, pending: 0, requests: 0 };
  const tickStarted = { type: 'tick.started', pending: 0, users: 0, audit: false } as const;

  expect(publish(tickStarted, finished({ ...empty, resting: true, dataAgeSeconds: 300 }))).toEqual([]);
});

test('a failed tick is counted by error kind, with the age of the data that it leaves old', () => {
  const published = publish(failed({ kind: 'Timeout', dataAgeSeconds: 61 }));
  const byKind = published.find(({ ErrorKind }) => ErrorKind !== undefined);
  const all = published.find(({ ErrorKind }) => ErrorKind === undefined);

  expect(published).toHaveLength(2);
  expect(valuesOf(all)).toEqual({ DataAge: 61 });
  expect(valuesOf(byKind)).toEqual({ TicksFailed: 1 });
  expect(byKind).toMatchObject({
    service: 'shop-payments',
    ErrorKind: 'Timeout',
    _aws: { CloudWatchMetrics: [{ Dimensions: [expect.arrayContaining(['service', 'ErrorKind'])] }] },
  });
});

test.each(ERROR_KINDS)('of the error kind %s it is told whether a person is needed', (kind) => {
  const values = publish(failed({ kind })).map(valuesOf);

  if (ACTION_NEEDED.has(kind)) expect(values).toContainEqual({ ActionNeeded: 1 });
  else expect(values).toEqual([{ TicksFailed: 1 }]);
});

test.for([
  ['fresh', 29.9, 29.9, undefined],
  ['stale', 30, 30, 30],
  ['fresh, but the last complete sweep is too old', 20, 4000, 4000],
  ['fresh, and a sweep takes many ticks', 20, 3999, undefined],
  ['fresh, and no sweep was ever complete', 20, undefined, undefined],
  ['unknown, because no tick ever succeeded', undefined, undefined, undefined],
] as const)(
  'of data that is %s, at ages of %s s and %s s, the published age is %s',
  ([, data, sweep, published]) => {
    const { dataAgeSeconds: _, ...summary } = finished();
    const ages = {
      ...(data !== undefined && { dataAgeSeconds: data }),
      ...(sweep !== undefined && { sweepAgeSeconds: sweep }),
    };

    expect(valuesOf(publish({ ...summary, ...ages })[0]).DataAge).toBe(published);
  },
);

test.each([
  [132_000, 4000, 4000],
  [300_000, 8999, undefined],
  [300_000, 9000, 9000],
])(
  'with %i payments pending, a complete sweep %i s ago is told at the age of three: %s',
  (pending, sweepAgeSeconds, published) => {
    const summary = { ...finished(), pending, dataAgeSeconds: 20, sweepAgeSeconds };

    expect(valuesOf(publish(summary)[0]).DataAge).toBe(published);
  },
);

test('a penalty publishes the age of the data; a slot that is served already publishes nothing', () => {
  const published = publish(
    { type: 'tick.skipped', reason: 'held', until: SLOT, dataAgeSeconds: 20 },
    { type: 'tick.skipped', reason: 'blocked', until: SLOT, dataAgeSeconds: 50 },
  );

  expect(published.map(valuesOf)).toEqual([{ DataAge: 50 }]);
});

test('a tick that finds the gate held tells the age of the data once it is older than two intervals', () => {
  const skipped = { type: 'tick.skipped', reason: 'held', until: SLOT } as const;

  const published = publish(skipped, { ...skipped, dataAgeSeconds: 40 }, { ...skipped, dataAgeSeconds: 41 });

  expect(published.map(valuesOf)).toEqual([{ DataAge: 41 }]);
});

test('while nothing is pending, the age of the data does not matter', () => {
  expect(publish(finished({ checked: 0, confirmed: 0, pending: 0, dataAgeSeconds: 290 }))).toEqual([]);
});

test('every metric is published by one of these events, in its unit', () => {
  const published = publish(
    response({ outcome: 'failed' }),
    response({ outcome: 'rateLimited' }),
    finished({ missing: 1, invalid: 1, ownerMismatches: 1, cutPages: 1, unanswered: 1, unfinished: 1 }),
    failed({ kind: 'TokenRejected', dataAgeSeconds: 100 }),
  );

  const seen = published.flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics));
  const units = Object.fromEntries(seen.map(({ Name, Unit }) => [Name, Unit]));
  expect(units).toEqual(Object.fromEntries(Object.values(METRICS).map(({ name, unit }) => [name, unit])));
});

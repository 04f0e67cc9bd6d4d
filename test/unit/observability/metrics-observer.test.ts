import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMetrics, createMetricsObserver, METRICS } from '../../../lambda/observability/metrics.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { failed, finished, PAYMENT, response, SLOT } from './events.ts';

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

test('an ordinary tick publishes four metrics, in one line', () => {
  const published = publish(response(), finished({ confirmed: 0, pending: 45 }));

  expect(published).toHaveLength(1);
  expect(valuesOf(published[0])).toEqual({ NocoDbLatency: 123, TicksDone: 1, DataAge: 20, Pending: 45 });
  expect(published[0]).toMatchObject({
    service: 'shop-payments',
    _aws: { CloudWatchMetrics: [{ Namespace: 'PaymentTracker', Dimensions: [['service']] }] },
  });
});

test('what is not zero is published beside them', () => {
  const [line] = publish(
    finished({
      missing: 1,
      invalid: 2,
      ownerMismatches: 3,
      cutPages: 4,
      unanswered: 5,
      unfinished: 6,
      pending: 0,
    }),
  );

  expect(valuesOf(line)).toEqual({
    TicksDone: 1,
    DataAge: 20,
    Pending: 0,
    Confirmed: 8,
    PaymentsGivenUp: 3,
    OwnerMismatch: 3,
    CutPages: 4,
    Unanswered: 5,
    Unfinished: 6,
  });
});

test('a resting tracker publishes nothing', () => {
  const empty = { checked: 0, confirmed: 0, pending: 0, requests: 0 };
  const tickStarted = { type: 'tick.started', pending: 0, users: 0, audit: false } as const;

  expect(publish(tickStarted, finished({ ...empty, resting: true }))).toEqual([]);
});

test('every request counts, with its latency and what came of it', () => {
  const [line] = publish(
    response({ outcome: 'failed', status: 500, milliseconds: 10 }),
    response({ milliseconds: 20 }),
    response({ outcome: 'rateLimited', status: 429, milliseconds: 30 }),
    finished(),
  );

  expect(valuesOf(line)).toMatchObject({
    NocoDbLatency: [10, 20, 30],
    NocoDbFailed: 1,
    NocoDbRateLimited: 1,
  });
});

test('a failed tick is counted for the tracker, and by error kind', () => {
  const published = publish(failed({ kind: 'TokenRejected', dataAgeSeconds: 61 }));
  const byKind = published.find(({ ErrorKind }) => ErrorKind !== undefined);
  const all = published.find(({ ErrorKind }) => ErrorKind === undefined);

  expect(published).toHaveLength(2);
  expect(valuesOf(all)).toEqual({ TicksFailed: 1, DataAge: 61, Confirmed: 8, Pending: 37 });
  expect(valuesOf(byKind)).toEqual({ TicksFailed: 1 });
  expect(byKind).toMatchObject({
    service: 'shop-payments',
    ErrorKind: 'TokenRejected',
    _aws: { CloudWatchMetrics: [{ Dimensions: [expect.arrayContaining(['service', 'ErrorKind'])] }] },
  });
});

test('a tick that could not even list what is pending says nothing about how much is', () => {
  const published = publish(failed({ kind: 'TableUnavailable', checked: 0, confirmed: 0, pending: 0 }));

  expect(published.map(valuesOf)).not.toContainEqual(expect.objectContaining({ Pending: 0 }));
  expect(published).toHaveLength(2);
});

test('the first tick of all has no age of data', () => {
  const { dataAgeSeconds: _, ...first } = finished();

  expect(valuesOf(publish(first)[0])).not.toHaveProperty('DataAge');
});

test('a tick that a penalty keeps out is counted, one whose slot is served is not', () => {
  const published = publish(
    { type: 'tick.skipped', reason: 'held', until: SLOT, dataAgeSeconds: 20 },
    { type: 'tick.skipped', reason: 'blocked', until: SLOT, dataAgeSeconds: 50 },
  );

  expect(published.map(valuesOf)).toEqual([{ TicksSkipped: 1, DataAge: 50 }]);
});

test('a tick that finds the gate held tells the age of the data once it is older than two intervals', () => {
  const skipped = { type: 'tick.skipped', reason: 'held', until: SLOT } as const;

  const published = publish(skipped, { ...skipped, dataAgeSeconds: 40 }, { ...skipped, dataAgeSeconds: 41 });

  expect(published.map(valuesOf)).toEqual([{ DataAge: 41 }]);
});

test('a tick that had nothing to check says nothing about the age of the data', () => {
  const [line] = publish(finished({ checked: 0, confirmed: 0, pending: 0, dataAgeSeconds: 290 }));

  expect(valuesOf(line)).toEqual({ TicksDone: 1, Pending: 0 });
});

test.for([
  ['is as old as the data', 20, 20, undefined],
  ['is an interval older than the data', 20, 40, undefined],
  ['is more than an interval older than the data', 20, 41, 41],
  ['has never been complete', 20, undefined, undefined],
  ['is complete, but the age of the data is unknown', undefined, 600, undefined],
] as const)(
  'the age of a sweep that %s, at ages of %s s and %s s, is published as %s',
  ([, dataAgeSeconds, sweepAgeSeconds, published]) => {
    const { dataAgeSeconds: _, ...summary } = finished();
    const ages = {
      ...(dataAgeSeconds !== undefined && { dataAgeSeconds }),
      ...(sweepAgeSeconds !== undefined && { sweepAgeSeconds }),
    };

    expect(valuesOf(publish({ ...summary, ...ages })[0]).SweepAge).toBe(published);
  },
);

test('a failed tick publishes the age of the last complete sweep too', () => {
  const published = publish(failed({ sweepAgeSeconds: 4000 }));

  expect(published.map(valuesOf)).toContainEqual(expect.objectContaining({ TicksFailed: 1, SweepAge: 4000 }));
});

test('a confirmation by webhook is counted at once, one by a tick in its summary', () => {
  const confirmed = { type: 'payment.confirmed', payment: PAYMENT, paidAt: SLOT } as const;

  const published = publish({ ...confirmed, by: 'tick' }, { ...confirmed, by: 'webhook' });

  expect(published.map(valuesOf)).toEqual([{ Confirmed: 1 }]);
});

test('every metric is published by one of these events, in its unit', () => {
  const published = publish(
    response({ outcome: 'failed' }),
    response({ outcome: 'rateLimited' }),
    finished({ missing: 1, invalid: 1, ownerMismatches: 1, cutPages: 1, unanswered: 1, unfinished: 1 }),
    finished({ sweepAgeSeconds: 600 }),
    failed(),
    { type: 'tick.skipped', reason: 'blocked', until: SLOT },
  );

  const seen = published.flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics));
  const units = Object.fromEntries(seen.map(({ Name, Unit }) => [Name, Unit]));
  expect(units).toEqual(Object.fromEntries(Object.values(METRICS).map(({ name, unit }) => [name, unit])));
});

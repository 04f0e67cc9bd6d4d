import type { Context } from 'aws-lambda';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { ASSUMPTIONS } from '../../../infra/cost/assumptions.ts';
import { startDemoNocoDb } from '../../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createRecordSource } from '../../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import { announce } from '../../../lambda/notify/announce.ts';
import { createLogObserver } from '../../../lambda/observability/log-observer.ts';
import { createLogger } from '../../../lambda/observability/logger.ts';
import { createMetrics, createMetricsObserver } from '../../../lambda/observability/metrics.ts';
import { combineObservers } from '../../../lambda/tracker/events.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';
import { paidItem, streamRecord } from '../notify/stream-records.ts';

/** CloudWatch charges this for each line beside its bytes. */
const LINE_OVERHEAD = 26;
const INTERVAL_SECONDS = 20;
const TRACKER = 'PaymentTracker-Payments';
const FUNCTION = 'PaymentTracker-PaymentsTick1234ABCD-AbCdEfGhIjKl';
const CONTEXT = {
  functionName: FUNCTION,
  functionVersion: '$LATEST',
  memoryLimitInMB: '256',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${FUNCTION}`,
  awsRequestId: 'd65ec1b0-3e9f-4f5c-9c5c-1c9c5c1c9c5c',
} as Context;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A tick function with this many pending payments. Each call of `next` is a tick in the next slot, and returns the bytes it logs. */
async function prepare(payments: number) {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv(
    '_X_AMZN_TRACE_ID',
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
  );
  let bytes = 0;
  const count = (line: string) => {
    // POWERTOOLS_DEV, which makes lines visible to the test, also spreads them over several.
    bytes += Buffer.byteLength(JSON.stringify(JSON.parse(line))) + LINE_OVERHEAD;
  };
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation(count);
  }
  const logger = createLogger(TRACKER);
  logger.addContext(CONTEXT);
  const clock = new FakeClock(Date.now());
  const table = new SimulatedPayments({ clock });
  const nocodb = await startDemoNocoDb();
  onTestFinished(() => nocodb.close());
  const source = createRecordSource(
    {
      apiUrl: nocodb.url,
      tableId: nocodb.tableId,
      apiVersion: 'auto',
      idField: 'Id',
      paidField: 'Paid',
      ownerField: 'TG ID',
    },
    { token: fixedToken(nocodb.token), clock, random: () => 0.5 },
  );
  const ids = nocodb.records.insertMany(
    Array.from({ length: payments }, (_, index) => ({ 'TG ID': userOf(index) })),
  );
  for (const [index, id] of ids.entries()) await table.track(userOf(index), String(id));
  const observe = combineObservers(
    createLogObserver(logger),
    createMetricsObserver(createMetrics(TRACKER), INTERVAL_SECONDS),
  );
  const next = async (): Promise<number> => {
    bytes = 0;
    clock.advance(INTERVAL_SECONDS * 1000);
    const newOwner = () => String(clock.now());
    await tick({
      settings: { intervalSeconds: INTERVAL_SECONDS },
      clock,
      gate: table.gate,
      payments: table.payments,
      source,
      observe,
      newOwner,
    });
    return bytes;
  };
  return { next, nocodb, table, ids };
}

const userOf = (index: number) => `1234567890${index}`;

it.each([300, 3000])(
  'a tick without news, of %i payments, does not log more than the bill assumes',
  async (payments) => {
    const { next } = await prepare(payments);
    await next();

    const bytes = await next();

    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerTick);
  },
);

it('a tick that makes more requests does not log more than the bill assumes for each of them', async () => {
  const { next, table, nocodb } = await prepare(3000);
  await next();
  await table.remember({ isPartial: true, sweptAt: 0, lastSuccessAt: 0 });
  const { requestCount } = nocodb;

  const bytes = await next();

  const further = nocodb.requestCount - requestCount - 1;
  expect(further).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(
    ASSUMPTIONS.logBytesPerTick + further * ASSUMPTIONS.logBytesPerFurtherRequest,
  );
});

it('a tick that finds nothing pending does not log more than the bill assumes', async () => {
  const { next } = await prepare(0);
  await next();

  const bytes = await next();

  expect(bytes).toBeGreaterThan(100);
  expect(bytes).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerIdleTick);
});

it('a confirmation does not log more than the bill assumes', async () => {
  const { next, nocodb, ids } = await prepare(300);
  await next();
  const without = await next();
  for (const id of ids.slice(0, 10)) nocodb.records.setPaid(id, true);

  const each = ((await next()) - without) / 10;

  expect(each).toBeGreaterThan(100);
  expect(each).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerConfirmation);
});

it('an announcement does not log more than the bill assumes', async () => {
  const lines: string[] = [];
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.spyOn(console, 'info').mockImplementation((line: string) => lines.push(line));
  const logger = createLogger(TRACKER);
  logger.addContext(CONTEXT);
  const bus = { put: async () => [] };
  const record = streamRecord(paidItem({ userId: '1234567890123', recordId: '123456' }));

  await announce([record], { bus, deadLetters: { put: async () => {} }, trackerName: TRACKER, logger });

  const bytes = lines.map((line) => Buffer.byteLength(JSON.stringify(JSON.parse(line))) + LINE_OVERHEAD);
  expect(bytes).toHaveLength(1);
  expect(bytes[0]).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerAnnouncement);
});

it('what is published as a metric is nothing, as long as nothing is unusual', async () => {
  const { next, nocodb, ids } = await prepare(300);
  const lines = vi.mocked(console.log);
  for (let tick = 0; tick < 40; tick++) {
    if (tick % 10 === 5) nocodb.records.setPaid(ids[tick] as number, true);
    await next();
  }

  expect(lines.mock.calls.filter(([line]) => String(line).includes('CloudWatchMetrics'))).toEqual([]);
});

it('a slot that is served already leaves nothing in the log', async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  const lines: string[] = [];
  const observe = createLogObserver(createLogger(TRACKER));
  for (const method of ['log', 'info', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => lines.push(line));
  }

  observe({ type: 'tick.skipped', reason: 'held', until: 0 });

  expect(lines).toEqual([]);
});

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { ASSUMPTIONS } from '../../../infra/cost/assumptions.ts';
import { createLogObserver } from '../../../lambda/observability/log-observer.ts';
import { createMetrics, createMetricsObserver } from '../../../lambda/observability/metrics.ts';
import { combineObservers } from '../../../lambda/tracker/events.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

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
  const logger = new Logger({ serviceName: TRACKER });
  logger.addContext(CONTEXT);
  const clock = new FakeClock();
  const table = new SimulatedPayments({ clock });
  const source = new FakeSource(clock);
  for (let id = 1; id <= payments; id++) {
    await table.track(`1234567890${id}`, String(1000 + id));
    source.records.set(String(1000 + id), { paid: false });
  }
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
  return { next, source, table };
}

/** Bytes of the endpoint and the shortened filter, which the request of the fake does not have. */
const REAL_REQUEST = 500;

it('a tick without news does not log more than the bill assumes', async () => {
  const { next } = await prepare(300);
  await next();

  const bytes = (await next()) + REAL_REQUEST;

  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerTick);
});

it('a tick that asks for changes first does not log more than the bill assumes for a further request', async () => {
  const { next, table } = await prepare(300);
  await next();
  await table.remember({ isPartial: true, sweptAt: 0, lastSuccessAt: 0 });

  const bytes = (await next()) + 2 * REAL_REQUEST;

  expect(bytes).toBeGreaterThan(2000);
  expect(bytes).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerTick + ASSUMPTIONS.logBytesPerFurtherRequest);
});

it('a tick that finds nothing pending does not log more than the bill assumes', async () => {
  const { next } = await prepare(0);
  await next();

  const bytes = await next();

  expect(bytes).toBeGreaterThan(100);
  expect(bytes).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerIdleTick);
});

it('a confirmation does not log more than the bill assumes', async () => {
  const { next, source } = await prepare(300);
  await next();
  const without = await next();
  for (let id = 1001; id <= 1010; id++) source.records.set(String(id), { paid: true });

  const each = ((await next()) - without) / 10;

  expect(each).toBeGreaterThan(100);
  expect(each).toBeLessThanOrEqual(ASSUMPTIONS.logBytesPerConfirmation);
});

it('a slot that is served already leaves nothing in the log', async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
  const lines: string[] = [];
  const observe = createLogObserver(new Logger({ serviceName: TRACKER }));
  for (const method of ['log', 'info', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => lines.push(line));
  }

  observe({ type: 'tick.skipped', reason: 'held', until: 0 });

  expect(lines).toEqual([]);
});

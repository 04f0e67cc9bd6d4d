import { vi } from 'vitest';
import { createMetrics, createMetricsObserver } from '../../../lambda/observability/metrics.ts';
import { errorKind } from '../../../lambda/tracker/errors.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { type AlarmProperties, SimulatedCloudWatch } from '../../support/alarms.ts';
import { embeddedDatapoints } from '../../support/embedded-metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

/**
 * Simulates a tracker and its alarms, minute by minute: the real tick with its real metrics, called as by the loop, and
 * the metrics that AWS publishes for the loop and the function.
 *
 * @param alarms the alarms in the template of the tracker `Shop-Payments`
 */
export function alarmWorld(alarms: readonly AlarmProperties[], intervalSeconds: number) {
  const clock = new FakeClock(START);
  const table = new SimulatedPayments({ clock });
  const source = new FakeSource(clock);
  const cloudWatch = new SimulatedCloudWatch();
  const observe = captureMetrics(cloudWatch, clock, intervalSeconds);
  let owners = 0;
  let resting = false;

  const record = (namespace: string, name: string, dimensions: Record<string, string>, value: number) =>
    cloudWatch.put({ namespace, name, dimensions, value, at: clock.now() });

  const callTick = async (): Promise<boolean> => {
    const settings = { intervalSeconds };
    const newOwner = () => `tick-${++owners}`;
    const { gate, payments } = table;
    const call = tick({ settings, clock, gate, payments, source, observe, newOwner });
    const failed = await call.then(
      (result) => {
        resting = result.outcome === 'done' && result.resting;
        return false;
      },
      (error: unknown) => {
        if (errorKind(error) === 'Unexpected') throw error;
        return true;
      },
    );
    return failed;
  };

  /** One minute of the loop. A resting loop starts and ends, and ticks only every fifth minute. */
  const minute = async (options: MinuteOptions): Promise<void> => {
    const begin = clock.now();
    if (options.ruleFires) {
      const loop = { StateMachineArn: '<PaymentsLoopStateMachine>' };
      if (!options.stepFunctionsIsLate) record('AWS/States', 'ExecutionsStarted', loop, 1);
      const isBackstop = (begin / MINUTE) % 5 === 0;
      let failures = 0;
      const slots = slotsBetween(begin, begin + MINUTE, intervalSeconds);
      for (const slot of resting && !isBackstop ? [] : slots) {
        clock.set(Math.max(clock.now(), slot));
        if (await callTick()) failures += 1;
        if (resting) break;
      }
      if (failures > 0) record('AWS/States', 'ExecutionsFailed', loop, 1);
    }
    clock.set(begin + MINUTE);
  };

  return {
    clock,
    table,
    source,
    /** Tracks payments whose records exist and are not paid. Wakes the loop. */
    async track(count: number): Promise<void> {
      for (let id = 1; id <= count; id++) {
        await table.track(`user-${id}`, String(id));
        source.records.set(String(id), { paid: false });
      }
      resting = false;
    },
    /** Simulates minutes. @returns the names of the alarms that went off, and the first minute of each, from 1 */
    async pass(
      minutes: number,
      options: MinuteOptions = { ruleFires: true },
    ): Promise<Record<string, number>> {
      const rang: Record<string, number> = {};
      for (let count = 1; count <= minutes; count++) {
        await minute(options);
        for (const alarm of alarms) {
          const name = alarm.AlarmName.replace('Shop-Payments-', '');
          if (cloudWatch.isOn(alarm, clock.now())) rang[name] ??= count;
        }
      }
      return rang;
    },
  };
}

interface MinuteOptions {
  readonly ruleFires: boolean;
  /** Whether the metrics of Step Functions are missing. @default false */
  readonly stepFunctionsIsLate?: boolean;
}

function slotsBetween(begin: number, end: number, intervalSeconds: number): number[] {
  const interval = intervalSeconds * 1000;
  const first = Math.ceil(begin / interval) * interval;
  return Array.from(
    { length: Math.max(0, Math.ceil((end - first) / interval)) },
    (_, i) => first + i * interval,
  );
}

/** An observer whose metrics, as the log would carry them, are stored with the time of the clock. */
function captureMetrics(cloudWatch: SimulatedCloudWatch, clock: FakeClock, intervalSeconds: number) {
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.spyOn(console, 'log').mockImplementation((line: string) => {
    for (const point of embeddedDatapoints(line)) cloudWatch.put({ ...point, at: clock.now() });
  });
  return createMetricsObserver(createMetrics('Shop-Payments'), intervalSeconds);
}

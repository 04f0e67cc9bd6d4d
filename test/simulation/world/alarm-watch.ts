import type { Metrics } from '@aws-lambda-powertools/metrics';
import {
  createMetricsObserver,
  METRIC_NAMESPACE,
  TRACKER_DIMENSION,
} from '../../../lambda/observability/metrics.ts';
import type { Observer } from '../../../lambda/tracker/events.ts';
import { type AlarmProperties, SimulatedCloudWatch } from '../../support/alarms.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** How often an alarm went off, and how long it was on. */
export interface AlarmCount {
  readonly times: number;
  readonly minutes: number;
}

/** Evaluates alarms each minute, on the metrics that the tracker and Step Functions publish. */
export class AlarmWatch {
  /** Publishes the metrics of the ticks. */
  readonly observe: Observer;
  readonly #time: VirtualTime;
  readonly #alarms: readonly AlarmProperties[];
  readonly #cloudWatch = new SimulatedCloudWatch();
  readonly #counts = new Map<string, { times: number; minutes: number; isOn: boolean }>();

  /** @param alarms those of the template; alarms about metrics that the simulation does not have are left out */
  constructor(time: VirtualTime, alarms: readonly AlarmProperties[], intervalSeconds: number) {
    this.#time = time;
    this.#alarms = alarms.filter(({ Namespace }) => [METRIC_NAMESPACE, 'AWS/States'].includes(Namespace));
    for (const { AlarmName } of this.#alarms)
      this.#counts.set(AlarmName, { times: 0, minutes: 0, isOn: false });
    this.observe = createMetricsObserver(this.#metrics(), intervalSeconds);
  }

  /** An execution of the loop started or failed. */
  countExecution(name: 'ExecutionsStarted' | 'ExecutionsFailed'): void {
    this.#put('AWS/States', name, { StateMachineArn: '<PaymentsLoopStateMachine>' }, 1);
  }

  /** Looks at the alarms after each minute, up to a moment. */
  async run(end: number): Promise<void> {
    while (this.#time.now() < end) {
      await this.#time.sleep(60_000);
      for (const alarm of this.#alarms) {
        const count = this.#counts.get(alarm.AlarmName);
        if (count === undefined) continue;
        const isOn = this.#cloudWatch.isOn(alarm, this.#time.now());
        if (isOn && !count.isOn) count.times += 1;
        if (isOn) count.minutes += 1;
        count.isOn = isOn;
      }
    }
  }

  /** By the end of the alarm's name. */
  get counts(): Readonly<Record<string, AlarmCount>> {
    return Object.fromEntries(
      [...this.#counts].map(([name, { times, minutes }]) => [name.split('-').at(-1), { times, minutes }]),
    );
  }

  #put(namespace: string, name: string, dimensions: Readonly<Record<string, string>>, value: number): void {
    this.#cloudWatch.put({ namespace, name, dimensions, value, at: this.#time.now() });
  }

  /** Stands in for the metrics of Powertools, as far as the observer uses them. No alarm needs the kinds of errors. */
  #metrics(): Metrics {
    const [alarm] = this.#alarms.filter(({ Namespace }) => Namespace === METRIC_NAMESPACE);
    const dimensions = Object.fromEntries((alarm?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    if (dimensions[TRACKER_DIMENSION] === undefined) throw new TypeError('No alarm names the tracker.');
    const ofKind = { addDimension: () => ofKind, addMetric: () => ofKind };
    return {
      addMetric: (name: string, _unit: string, value: number) =>
        this.#put(METRIC_NAMESPACE, name, dimensions, value),
      hasStoredMetrics: () => false,
      singleMetric: () => ofKind,
    } as unknown as Metrics;
  }
}

import { loopTiming, START_EVERY_SECONDS } from '../tick-loop-definition.ts';

/** What an execution of the loop does on average, while payments are pending. */
export interface MeanExecution {
  /** From its start to its end. */
  readonly seconds: number;
  /** Ticks it calls for; those that an execution before has done already are refused by the gate. */
  readonly ticks: number;
}

/**
 * The average over all moments of an interval at which the rule may start an execution.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param tickSeconds how long a tick takes
 */
export function meanExecution(intervalSeconds: number, tickSeconds: number): MeanExecution {
  const { horizonSeconds } = loopTiming(intervalSeconds);
  const STEPS = 1000;
  let seconds = 0;
  let ticks = 0;
  for (let step = 0; step < STEPS; step++) {
    const untilFirst = intervalSeconds * (1 - step / STEPS);
    const slots = Math.max(0, Math.ceil((horizonSeconds - untilFirst) / intervalSeconds));
    ticks += slots;
    if (slots > 0) seconds += untilFirst + (slots - 1) * intervalSeconds + tickSeconds;
  }
  return { seconds: seconds / STEPS, ticks: ticks / STEPS };
}

/** How many executions the rule starts in so many seconds. */
export function startsIn(seconds: number): number {
  return seconds / START_EVERY_SECONDS;
}

import { BACKSTOP_SECONDS, loopTiming, START_EVERY_SECONDS } from '../constructs/tick-loop-definition.ts';
import { ASSUMPTIONS as A } from './assumptions.ts';
import type { Deployment } from './deployment.ts';
import { MONTH, type Usage } from './prices.ts';

const GB = 2 ** 30;

/**
 * The usage of a month. Each user has a pending payment all the time, and pays once.
 *
 * @param users 0: nothing is pending
 */
export function monthlyUsage(deployment: Deployment, users: number): Usage {
  return users === 0 ? restingMonth(deployment) : busyMonth(deployment, users);
}

/** The average execution of the loop while payments are pending. */
export interface MeanExecution {
  /** Duration. */
  readonly seconds: number;
  /** Number of calls of the tick function. The gate refuses those in a slot that the previous execution has used. */
  readonly ticks: number;
}

/**
 * The average over all moments of an interval at which the rule can start an execution.
 *
 * @param intervalSeconds whole seconds, 5 to 300
 * @param tickSeconds duration of a tick
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

function busyMonth(deployment: Deployment, users: number): Usage {
  const { intervalSeconds } = deployment;
  const tickSeconds = (A.tickMilliseconds + A.tickMillisecondsPerPayment * users) / 1000;
  const execution = meanExecution(intervalSeconds, tickSeconds);
  const executions = startsIn(MONTH.seconds);
  const ticks = MONTH.seconds / intervalSeconds;
  const refused = Math.max(0, executions * execution.ticks - ticks);
  const streamCalls = users * deployment.streamFunctions;
  const tickGbSeconds = (ticks * tickSeconds + (refused * A.refusedMilliseconds) / 1000) * deployment.tickGb;
  const logBytes = ticks * A.logBytesPerTick + users * (A.logBytesPerConfirmation + A.logBytesPerWakeUp);
  return {
    ...fixedUsage(deployment, users, executions),
    executionGbSeconds: executions * execution.seconds * A.executionGb,
    events: deployment.eventBus ? users : 0,
    invocations: ticks + refused + streamCalls,
    lambdaGbSeconds: tickGbSeconds + ((streamCalls * A.streamMilliseconds) / 1000) * deployment.tickGb,
    // A tick takes the gate and releases it; a refused write is billed too. A payment is written when it is tracked and
    // when it is confirmed, each time in the table and in the index.
    writeUnits: 2 * ticks + refused + 4 * users,
    readUnits:
      ticks * readUnitsOfQuery(users * A.indexEntryBytes) + executions + 0.5 * A.readsPerPayment * users,
    logGb: logBytes / GB,
    logStorageGb: (logBytes * A.logCompression) / GB,
    // The metric Confirmed is published, and billed, only for hours in which a payment is confirmed.
    metrics: A.metricsWhilePending + Math.min(1, users / MONTH.hours),
    decryptions: MONTH.seconds / A.tokenCacheSeconds,
    outboundGb: (ticks * (A.requestBytes + A.requestBytesPerPayment * users)) / GB,
  };
}

function restingMonth(deployment: Deployment): Usage {
  const { intervalSeconds } = deployment;
  const executions = startsIn(MONTH.seconds);
  const ticks = MONTH.seconds / Math.max(BACKSTOP_SECONDS, intervalSeconds);
  // An execution that ticks waits for its slot: half an interval on average.
  const executionSeconds = (executions * A.idleExecutionMilliseconds) / 1000 + (ticks * intervalSeconds) / 2;
  const tickSeconds = (A.tickMilliseconds + A.coldStartMilliseconds) / 1000;
  const logBytes = ticks * A.logBytesPerIdleTick;
  return {
    ...fixedUsage(deployment, 0, executions),
    executionGbSeconds: executionSeconds * A.executionGb,
    events: 0,
    invocations: ticks,
    lambdaGbSeconds: ticks * tickSeconds * deployment.tickGb,
    writeUnits: 2 * ticks,
    readUnits: executions + 0.5 * ticks,
    logGb: logBytes / GB,
    logStorageGb: (logBytes * A.logCompression) / GB,
    metrics: 0,
    decryptions: 0,
    outboundGb: 0,
  };
}

/** The usage that does not depend on how the tracker ticks. */
function fixedUsage(
  { alarms, dashboards, pointInTimeRecovery, traced }: Deployment,
  users: number,
  executions: number,
) {
  // Twice the payments: the pending ones, and those that were paid in the last month and are still kept.
  const tableGb =
    (2 * users * (A.paymentItemBytes + A.storageOverheadBytes) +
      users * (A.indexEntryBytes + A.storageOverheadBytes)) /
    GB;
  return {
    executions,
    scheduledStarts: executions,
    tableGb,
    recoveryGb: pointInTimeRecovery ? tableGb : 0,
    alarms,
    dashboards,
    // X-Ray records the first request of each second, so it records every execution. Ticks are part of its trace.
    traces: traced ? executions : 0,
  };
}

/** An eventually consistent query costs half a unit for each 4 KB. */
function readUnitsOfQuery(bytes: number): number {
  return 0.5 * Math.max(1, Math.ceil(bytes / 4096));
}

/** How many executions the rule starts in this time. */
function startsIn(seconds: number): number {
  return seconds / START_EVERY_SECONDS;
}

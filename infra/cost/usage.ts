import { hasSlots } from '../../lambda/tracker/interval.ts';
import { GIVEN_UP_PARTITIONS } from '../../lambda/tracker/pending-payments.ts';
import { isPartial } from '../../lambda/tracker/sweep-pace.ts';
import { BACKSTOP_SECONDS, loopTiming, START_EVERY_SECONDS } from '../constructs/tick-loop-definition.ts';
import { ASSUMPTIONS as A } from './assumptions.ts';
import type { Deployment } from './deployment.ts';
import { MONTH, type Usage } from './prices.ts';
import { ticksPerMonth, tickUsage } from './tick-usage.ts';

const GB = 2 ** 30;

const IDLE_SECONDS = A.idleExecutionMilliseconds / 1000;

/**
 * The usage of a month with this number of users: each has a payment pending at every moment, and pays once. 0: a month
 * in which nothing is pending.
 */
export function monthlyUsage(deployment: Deployment, users: number): Usage {
  return users === 0 ? restingMonth(deployment) : busyMonth(deployment, users);
}

function busyMonth(deployment: Deployment, users: number): Usage {
  const { intervalSeconds } = deployment;
  const tick = tickUsage(users, intervalSeconds);
  const executions = startsIn(MONTH.seconds);
  const ticks = ticksPerMonth(users, intervalSeconds);
  const execution = hasSlots(intervalSeconds)
    ? meanExecution(intervalSeconds, tick.seconds)
    : { ticks: ticks / executions, seconds: IDLE_SECONDS + (ticks / executions) * tick.seconds };
  const refused = Math.max(0, executions * execution.ticks - ticks);
  const streamCalls = users * deployment.streamGb.length;
  const streamGbSeconds = (users * A.streamMilliseconds * sum(deployment.streamGb)) / 1000;
  const tickGbSeconds = (ticks * tick.seconds + (refused * A.refusedMilliseconds) / 1000) * deployment.tickGb;
  const logBytes = ticks * tick.logBytes + users * (A.logBytesPerConfirmation + A.logBytesPerAnnouncement);
  // A newcomer that is moved is written to the table, removed from one place of the index and put in another.
  const moveUnits = isPartial(users) ? 3 * users : 0;
  // Each look-up is a query of the newcomers, of the record's own partition, and of the payments that are given up.
  const lookUpUnits = isPartial(users)
    ? 0.5 * (2 + GIVEN_UP_PARTITIONS.length) * users * A.lookUpsPerChange
    : 0;
  return {
    ...fixed(deployment, users, executions),
    executionGbSeconds: executions * execution.seconds * A.executionGb,
    events: deployment.eventBus ? users : 0,
    invocations: ticks + refused + streamCalls,
    lambdaGbSeconds: tickGbSeconds + streamGbSeconds,
    // A tick takes the gate and gives it back; a refusal is charged like a write. A payment is written when it is
    // tracked and when it is confirmed, each time in the table and in the index. Without slots, the loop is left a note.
    writeUnits: 2 * ticks + refused + 4 * users + moveUnits + (hasSlots(intervalSeconds) ? 0 : users),
    // Each execution of the loop reads the control item, and with slots so does the call for a payment that is tracked.
    readUnits:
      ticks * tick.readUnits +
      lookUpUnits +
      executions +
      (hasSlots(intervalSeconds) ? users : 0) +
      0.5 * A.readsPerPayment * users,
    logGb: logBytes / GB,
    logStorageGb: (logBytes * A.logCompression) / GB,
    // A metric is published only in an hour in which something is unusual, and then costs $0.0004: see `METRICS`.
    metrics: 0,
    decryptions: Math.min(ticks, MONTH.seconds / A.tokenCacheSeconds),
    outboundGb: (ticks * tick.outboundBytes) / GB,
  };
}

function restingMonth(deployment: Deployment): Usage {
  const { intervalSeconds } = deployment;
  const executions = startsIn(MONTH.seconds);
  const ticks = MONTH.seconds / Math.max(BACKSTOP_SECONDS, intervalSeconds);
  // A tick of the backstop waits for its slot, if there are slots: half an interval on average.
  const waitSeconds = hasSlots(intervalSeconds) ? intervalSeconds / 2 : 0;
  const executionSeconds = executions * IDLE_SECONDS + ticks * waitSeconds;
  const tickSeconds = (A.tickMilliseconds + A.coldStartMilliseconds) / 1000;
  const logBytes = ticks * A.logBytesPerIdleTick;
  return {
    ...fixed(deployment, 0, executions),
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

/** The usage that does not depend on ticks. */
function fixed(
  { alarms, dashboards, pointInTimeRecovery, traced }: Deployment,
  users: number,
  executions: number,
) {
  // Pending ones, and those that were paid in the month before and are still kept.
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
    // X-Ray records the first request of each second, so every execution; its ticks belong to its trace.
    traces: traced ? executions : 0,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** An average execution of the loop, while payments are pending. */
export interface MeanExecution {
  /** From its start to its end. */
  readonly seconds: number;
  /** Ticks that it calls; the gate refuses those of slots that an earlier execution has served. */
  readonly ticks: number;
}

/**
 * The average over all moments of an interval at which the rule may start an execution.
 *
 * @param intervalSeconds whole seconds, 5 to 59: an interval with slots
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

/** How many executions the rule starts in this time. */
export function startsIn(seconds: number): number {
  return seconds / START_EVERY_SECONDS;
}

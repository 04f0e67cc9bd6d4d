import { CONTROL_KEY } from '../../lambda/table/layout.ts';
import { RESTING_AFTER } from '../../lambda/tracker/control-state.ts';
import { hasSlots, timeLimits } from '../../lambda/tracker/interval.ts';
import type { Control } from '../../lambda/tracker/payment-store.ts';
import { SILENT_AFTER } from '../../lambda/tracker/webhook-silence.ts';

/** Seconds between two starts of the loop by its rule: the shortest rate of EventBridge. */
export const START_EVERY_SECONDS = 60;

/**
 * Seconds between two ticks while the loop rests. It is the longest delay of a payment if a wake-up is lost. An execution
 * that starts in the last minute of this time ticks.
 */
export const BACKSTOP_SECONDS = 300;

/** Time limits of an execution, seconds. */
export interface LoopTiming {
  /**
   * An execution leaves slots later than this after its start to the next execution. It is more than the minute between
   * two starts, because the rule starts each execution a different number of seconds late. If executions overlap, the
   * gate refuses the second tick of a slot. 0: the interval has no slots.
   */
  readonly horizonSeconds: number;
  /** A call of the tick function that takes longer is lost. */
  readonly callTimeoutSeconds: number;
  /** Limit of the whole execution. Step Functions ends Express executions after 300 s. */
  readonly timeoutSeconds: number;
}

/** Retries of a call that Lambda could not accept. Each call has the whole `callTimeoutSeconds`. */
const CALL_RETRY = { IntervalSeconds: 1, MaxAttempts: 1 } as const;

/** The time limits of the loop for an interval of 5 to 3600 s. */
export function loopTiming(intervalSeconds: number): LoopTiming {
  const horizonSeconds = hasSlots(intervalSeconds) ? START_EVERY_SECONDS + Math.max(20, intervalSeconds) : 0;
  // The timeout of the function itself comes first. The additional seconds are for the start of an instance.
  const callTimeoutSeconds = timeLimits(intervalSeconds).lambdaTimeoutSeconds + 5;
  const calls = CALL_RETRY.MaxAttempts + 1;
  return {
    horizonSeconds,
    callTimeoutSeconds,
    timeoutSeconds: horizonSeconds + calls * callTimeoutSeconds + CALL_RETRY.IntervalSeconds + 10,
  };
}

/**
 * A wait can end this long before its slot, milliseconds, because the clocks of Step Functions differ slightly. The tick
 * still counts for the slot, see `slotOf`. If a wait ends earlier than that, the loop waits another second: LocalStack
 * ignores the fraction of a second of a wait.
 */
const MAX_EARLY = 250;

/** The resources that the loop uses. */
export interface LoopNames {
  /** AWS partition: `aws`, except in China and in AWS GovCloud. */
  readonly partition: string;
  readonly tableName: string;
  readonly tickFunctionArn: string;
  readonly tickFunctionName: string;
}

/** A number in the control item that the loop has read. */
function numberOf(attribute: keyof Control): string {
  return `$number($states.result.Item.${attribute}.N)`;
}

/**
 * The loop in Amazon States Language.
 *
 * Below 60 s it ticks in every slot from now to the horizon. From 60 s on, Step Functions would charge for long waits: there
 * an execution ticks at once or ends at once.
 *
 * A tick that fails does not end the loop. The execution fails at its end, so that the failure is counted.
 */
export function tickLoopDefinition(intervalSeconds: number, names: LoopNames) {
  const { timeoutSeconds } = loopTiming(intervalSeconds);
  return {
    Comment: `Checks payments every ${intervalSeconds} s`,
    QueryLanguage: 'JSONata',
    TimeoutSeconds: timeoutSeconds,
    StartAt: 'Read the control item',
    States: hasSlots(intervalSeconds)
      ? slotStates(intervalSeconds, names)
      : dueStates(intervalSeconds, names),
  } as const;
}

/**
 * Ticks in slots: multiples of the interval on the clock, so that all executions use the same. If nothing was pending for
 * a while, the execution ends at once, without a wait and without a call of the function.
 */
function slotStates(intervalSeconds: number, names: LoopNames) {
  const { horizonSeconds } = loopTiming(intervalSeconds);
  const interval = intervalSeconds * 1000;
  const slotFromNow = `($floor($millis() / ${interval}) + 1) * ${interval}`;
  // The slot of the wait is over, even if the clock that ended the wait is ahead of this one.
  const slotAfterTick = `{% $max([${slotFromNow}, $nextSlot + ${interval}]) %}`;
  const youngestToRest = (BACKSTOP_SECONDS - START_EVERY_SECONDS) * 1000;
  const wasStartedByRule = "$states.context.Execution.Input.startedBy = 'rule'";
  const isResting = [
    wasStartedByRule,
    `${numberOf('emptyTicks')} >= ${RESTING_AFTER}`,
    `${numberOf('lastTickAt')} > $millis() - ${youngestToRest}`,
  ].join(' and ');
  const begin = {
    nextSlot: `{% ${slotFromNow} %}`,
    horizon: `{% $millis() + ${horizonSeconds * 1000} %}`,
    failure: 'none',
  };

  return {
    'Read the control item': {
      ...readControlItem(names),
      Assign: { ...begin, resting: `{% ${isResting} %}` },
      // If the control item cannot be read, the loop ticks.
      Catch: [{ ErrorEquals: ['States.ALL'], Assign: { ...begin, resting: false }, Next: 'Go on?' }],
      Next: 'Go on?',
    },
    'Go on?': {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $not($resting) and $nextSlot < $horizon %}', Next: 'Wait for the slot' },
        { Condition: "{% $failure != 'none' %}", Next: 'Failed' },
      ],
      Default: 'Done',
    },
    'Wait for the slot': {
      Type: 'Wait',
      Timestamp: '{% $fromMillis($nextSlot) %}',
      Next: 'Too early?',
    },
    'Too early?': {
      Type: 'Choice',
      Choices: [{ Condition: `{% $nextSlot - $millis() > ${MAX_EARLY} %}`, Next: 'Wait a second' }],
      Default: 'Tick',
    },
    'Wait a second': { Type: 'Wait', Seconds: 1, Next: 'Tick' },
    Tick: {
      ...callTick(intervalSeconds, names),
      Assign: {
        nextSlot: slotAfterTick,
        resting: `{% ${wasStartedByRule} and $states.result.Payload.resting = true %}`,
      },
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Assign: { nextSlot: slotAfterTick, resting: false, failure: '{% $states.errorOutput.Error %}' },
          Next: 'Go on?',
        },
      ],
      Next: 'Go on?',
    },
    ...ends(names),
  } as const;
}

/** Seconds between two ticks at a long interval after a tick that did not learn everything. */
export const REPEAT_SECONDS = 300;

/** A payment that was tracked this long before a tick may not have been in the index yet, milliseconds. */
const INDEX_LAG = 2_000;

/**
 * Ticks if a tick is due:
 *
 * - an interval after the last success; while nothing is pending, not more often than every {@link BACKSTOP_SECONDS};
 *   while the webhook is silent, every minute;
 * - when a payment was tracked since then, so that one that was paid before is not found an interval later;
 * - {@link REPEAT_SECONDS} after a tick that failed, or that could not ask for everything.
 *
 * The rule starts executions a different number of seconds late: half a minute too early counts as due.
 */
function dueStates(intervalSeconds: number, names: LoopNames) {
  // Without a control item all of them are 0, and a tick is due.
  const at = (attribute: keyof Control) => `$max([0, ${numberOf(attribute)}])`;
  const half = (START_EVERY_SECONDS * 1000) / 2;
  const after = (seconds: number) => seconds * 1000 - half;
  const isWanted = [
    `$millis() - $success >= ($empty >= ${RESTING_AFTER} ? ${after(Math.max(BACKSTOP_SECONDS, intervalSeconds))} : $unreported >= ${SILENT_AFTER} ? ${after(START_EVERY_SECONDS)} : ${after(intervalSeconds)})`,
    `$woken >= $success - ${INDEX_LAG}`,
  ].join(' or ');
  const mayRepeat = `$tick <= $success or $millis() - $tick >= ${after(Math.min(REPEAT_SECONDS, intervalSeconds))}`;
  const isDue = `{% ($success := ${at('lastSuccessAt')}; $tick := ${at('lastTickAt')}; $woken := ${at('wokenAt')}; $empty := ${at('emptyTicks')}; $unreported := ${at('unreported')}; (${isWanted}) and (${mayRepeat})) %}`;
  return {
    'Read the control item': {
      ...readControlItem(names),
      Assign: { due: isDue },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Tick' }],
      Next: 'Due?',
    },
    'Due?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $due %}', Next: 'Tick' }],
      Default: 'Done',
    },
    Tick: {
      ...callTick(intervalSeconds, names),
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Assign: { failure: '{% $states.errorOutput.Error %}' },
          Next: 'Failed',
        },
      ],
      Next: 'Done',
    },
    ...ends(names),
  } as const;
}

function readControlItem({ partition, tableName }: LoopNames) {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::dynamodb:getItem`,
    Arguments: {
      TableName: tableName,
      Key: { pk: { S: CONTROL_KEY.pk }, sk: { S: CONTROL_KEY.sk } },
      ConsistentRead: true,
    },
    TimeoutSeconds: 5,
  } as const;
}

function callTick(intervalSeconds: number, { partition, tickFunctionArn }: LoopNames) {
  return {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Arguments: { FunctionName: tickFunctionArn, Payload: {} },
    TimeoutSeconds: loopTiming(intervalSeconds).callTimeoutSeconds,
    Retry: [
      {
        ErrorEquals: [
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.TooManyRequestsException',
        ],
        ...CALL_RETRY,
      },
    ],
  } as const;
}

function ends({ tickFunctionName }: LoopNames) {
  return {
    Failed: {
      Type: 'Fail',
      Error: 'TickFailed',
      Cause: `{% 'At least one tick failed, the last of them with ' & $failure & '. The ERROR lines in the log of ${tickFunctionName} name the operation, the target and a hint. A later tick tries again.' %}`,
    },
    Done: { Type: 'Succeed' },
  } as const;
}

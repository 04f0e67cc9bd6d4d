import { CONTROL_KEY } from '../../lambda/table/layout.ts';
import { RESTING_AFTER } from '../../lambda/tracker/control-state.ts';
import { timeLimits } from '../../lambda/tracker/interval.ts';
import type { Control } from '../../lambda/tracker/payment-store.ts';

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
   * gate refuses the second tick of a slot.
   */
  readonly horizonSeconds: number;
  /** A call of the tick function that takes longer is lost. */
  readonly callTimeoutSeconds: number;
  /** Limit of the whole execution. Step Functions ends Express executions after 300 s. */
  readonly timeoutSeconds: number;
}

/** Retries of a call that Lambda could not accept. Each call has the whole `callTimeoutSeconds`. */
const CALL_RETRY = { IntervalSeconds: 1, MaxAttempts: 1 } as const;

/** The time limits of the loop for an interval of 5 to 300 s. */
export function loopTiming(intervalSeconds: number): LoopTiming {
  const horizonSeconds = START_EVERY_SECONDS + Math.min(60, Math.max(20, intervalSeconds));
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

/** Attributes of the control item that the loop reads. */
const EMPTY_TICKS = 'emptyTicks' satisfies keyof Control;
const LAST_TICK_AT = 'lastTickAt' satisfies keyof Control;

/**
 * The loop in Amazon States Language: it ticks in every slot from now to the horizon. A slot is a multiple of the
 * interval on the clock, so all executions use the same slots.
 *
 * - A tick that fails does not end the loop. The execution fails at its end, so that the failure is counted.
 * - If nothing was pending for a while, the execution ends at once, without a wait and without a call of the function.
 */
export function tickLoopDefinition(intervalSeconds: number, names: LoopNames) {
  const { horizonSeconds, callTimeoutSeconds, timeoutSeconds } = loopTiming(intervalSeconds);
  const interval = intervalSeconds * 1000;
  const slotFromNow = `($floor($millis() / ${interval}) + 1) * ${interval}`;
  // The slot of the wait is over, even if the clock that ended the wait is ahead of this one.
  const slotAfterTick = `{% $max([${slotFromNow}, $nextSlot + ${interval}]) %}`;
  const youngestToRest = (BACKSTOP_SECONDS - START_EVERY_SECONDS) * 1000;
  const wasStartedByRule = "$states.context.Execution.Input.startedBy = 'rule'";
  const isResting = [
    wasStartedByRule,
    `$number($states.result.Item.${EMPTY_TICKS}.N) >= ${RESTING_AFTER}`,
    `$number($states.result.Item.${LAST_TICK_AT}.N) > $millis() - ${youngestToRest}`,
  ].join(' and ');
  const begin = {
    nextSlot: `{% ${slotFromNow} %}`,
    horizon: `{% $millis() + ${horizonSeconds * 1000} %}`,
    failure: 'none',
  };

  return {
    Comment: `Checks payments every ${intervalSeconds} s on the clock's grid`,
    QueryLanguage: 'JSONata',
    TimeoutSeconds: timeoutSeconds,
    StartAt: 'Look whether to rest',
    States: {
      'Look whether to rest': {
        Type: 'Task',
        Resource: `arn:${names.partition}:states:::dynamodb:getItem`,
        Arguments: {
          TableName: names.tableName,
          Key: { pk: { S: CONTROL_KEY.pk }, sk: { S: CONTROL_KEY.sk } },
          ConsistentRead: true,
        },
        TimeoutSeconds: 5,
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
        Type: 'Task',
        Resource: `arn:${names.partition}:states:::lambda:invoke`,
        Arguments: { FunctionName: names.tickFunctionArn, Payload: {} },
        TimeoutSeconds: callTimeoutSeconds,
        Assign: {
          nextSlot: slotAfterTick,
          resting: `{% ${wasStartedByRule} and $states.result.Payload.resting = true %}`,
        },
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
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: { nextSlot: slotAfterTick, resting: false, failure: '{% $states.errorOutput.Error %}' },
            Next: 'Go on?',
          },
        ],
        Next: 'Go on?',
      },
      Failed: {
        Type: 'Fail',
        Error: 'TickFailed',
        Cause: `{% 'At least one tick failed, the last of them with ' & $failure & '. The ERROR lines in the log of ${names.tickFunctionName} name the operation, the target and a hint. The next slot ticks again.' %}`,
      },
      Done: { Type: 'Succeed' },
    },
  } as const;
}

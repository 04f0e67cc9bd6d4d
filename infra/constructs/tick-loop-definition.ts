import { CONTROL_KEY } from '../../lambda/table/layout.ts';
import { RESTING_AFTER } from '../../lambda/tracker/control-state.ts';
import { timeLimits } from '../../lambda/tracker/interval.ts';
import type { Control } from '../../lambda/tracker/payment-store.ts';

/** Seconds between two starts of the loop by its rule: the shortest rate that EventBridge knows. */
export const START_EVERY_SECONDS = 60;

/**
 * While the loop rests, a tick still runs about this often: should a wake-up ever get lost, so much is the wait.
 * A loop that starts within the last minute of it ticks.
 */
export const BACKSTOP_SECONDS = 300;

/** How long an execution may take. Seconds. */
export interface LoopTiming {
  /**
   * Slots that begin later than this after an execution's start are the next execution's. More than the minute between
   * two starts: the rule starts some seconds late, and each time by another delay. Where executions overlap, the gate
   * refuses the second tick of a slot.
   */
  readonly horizonSeconds: number;
  /** A call of the tick function that takes longer has got lost. */
  readonly callTimeoutSeconds: number;
  /** The whole execution; Step Functions ends Express executions after 300 s. */
  readonly timeoutSeconds: number;
}

/** Retries of a call that Lambda could not take; each call has the whole `callTimeoutSeconds`. */
const CALL_RETRY = { IntervalSeconds: 1, MaxAttempts: 1 } as const;

/** The loop's time limits for an interval of 5 to 300 s. */
export function loopTiming(intervalSeconds: number): LoopTiming {
  const horizonSeconds = START_EVERY_SECONDS + Math.min(60, Math.max(20, intervalSeconds));
  // The Lambda's own timeout comes first; the seconds on top are for its start.
  const callTimeoutSeconds = timeLimits(intervalSeconds).lambdaTimeoutSeconds + 5;
  const calls = CALL_RETRY.MaxAttempts + 1;
  return {
    horizonSeconds,
    callTimeoutSeconds,
    timeoutSeconds: horizonSeconds + calls * callTimeoutSeconds + CALL_RETRY.IntervalSeconds + 10,
  };
}

/**
 * A wait may end this much before its slot, milliseconds: the clocks of Step Functions differ a little. The tick counts
 * for the slot all the same, see `slotOf`. A wait that ends earlier than this goes on for a second: LocalStack drops
 * the fraction of a wait's seconds.
 */
const MAX_EARLY = 250;

/** What the loop works with. */
export interface LoopNames {
  /** AWS partition: `aws`, except in China and for governments. */
  readonly partition: string;
  readonly tableName: string;
  readonly tickFunctionArn: string;
  readonly tickFunctionName: string;
}

/** Attributes of the control item that the loop reads. */
const EMPTY_TICKS = 'emptyTicks' satisfies keyof Control;
const LAST_TICK_AT = 'lastTickAt' satisfies keyof Control;

/**
 * The loop in Amazon States Language: tick in every slot from now to the horizon, a slot being a multiple of the
 * interval on the clock, so that all executions agree on them.
 *
 * - A tick that fails does not end the loop; the execution fails at its end, so that its failure can be counted.
 * - Nothing pending for a while: it ends at once, without a wait and without a Lambda.
 */
export function tickLoopDefinition(intervalSeconds: number, names: LoopNames) {
  const { horizonSeconds, callTimeoutSeconds, timeoutSeconds } = loopTiming(intervalSeconds);
  const interval = intervalSeconds * 1000;
  const slotFromNow = `($floor($millis() / ${interval}) + 1) * ${interval}`;
  // The slot that was waited for is over, even where the clock that ended the wait is ahead of this one.
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
        // Not knowing is no reason to rest.
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
        Cause: `{% 'At least one tick failed, the last of them with ' & $failure & '. The ERROR lines in the log of ${names.tickFunctionName} name the operation, its target and the way out. The next slot ticks again.' %}`,
      },
      Done: { Type: 'Succeed' },
    },
  } as const;
}

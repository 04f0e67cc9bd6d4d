import validate from 'asl-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BACKSTOP_SECONDS,
  loopTiming,
  tickLoopDefinition,
} from '../../infra/constructs/tick-loop-definition.ts';
import { RESTING_AFTER } from '../../lambda/tracker/control-state.ts';
import { timeLimits } from '../../lambda/tracker/interval.ts';
import { SILENT_AFTER } from '../../lambda/tracker/webhook-silence.ts';
import { TaskError } from '../simulation/step-functions/execution.ts';
import { type LoopControl, NAMES, runLoop, TRANSITION } from './support/loop-run.ts';

/** A time that is a slot for every interval that divides an hour. */
const NOON = Date.UTC(2026, 0, 1, 12);

/** From the end of a wait to the call, milliseconds: one state in between checks whether the wait was too short. */
const TO_CALL = 2 * TRANSITION;

const intervals = fc.integer({ min: 5, max: 59 });
const longIntervals = fc.integer({ min: 60, max: 3600 });
const starts = fc.integer({ min: 0, max: 3_600_000 }).map((offset) => NOON + offset);

describe('the definition', () => {
  it.each([5, 20, 59, 60, 300, 3600])(
    'is valid States Language for an interval of %i s',
    (intervalSeconds) => {
      const { errorsText, isValid } = validate(tickLoopDefinition(intervalSeconds, NAMES));

      expect(errorsText()).toBe('');
      expect(isValid).toBe(true);
    },
  );

  it('calls the tick function again once when Lambda could not take the call, and for nothing else', () => {
    const { Tick } = tickLoopDefinition(20, NAMES).States;

    expect(Tick.Retry).toEqual([
      {
        ErrorEquals: [
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.TooManyRequestsException',
        ],
        IntervalSeconds: 1,
        MaxAttempts: 1,
      },
    ]);
    expect(Tick.Arguments).toEqual({ FunctionName: NAMES.tickFunctionArn, Payload: {} });
  });

  it('reads the control item consistently', async () => {
    const { reads } = await runLoop({ intervalSeconds: 20, start: NOON });

    expect(reads).toEqual([
      { TableName: 'Payments', Key: { pk: { S: 'CONTROL' }, sk: { S: 'GATE' } }, ConsistentRead: true },
    ]);
  });
});

describe('slots', () => {
  it('are four for 20 s: the minute until the next start, and one more should that come late', async () => {
    const { calls } = await runLoop({ intervalSeconds: 20, start: NOON + 7_400 });

    expect(calls.map((at) => at - NOON - TO_CALL)).toEqual([20_000, 40_000, 60_000, 80_000]);
  });

  it('are all multiples of the interval between start and horizon', async () => {
    await fc.assert(
      fc.asyncProperty(intervals, starts, async (intervalSeconds, start) => {
        const { calls, result } = await runLoop({ intervalSeconds, start });

        const begin = start + TRANSITION;
        const expected = slotsBetween(
          begin,
          begin + loopTiming(intervalSeconds).horizonSeconds * 1000,
          intervalSeconds,
        );
        const lateness = calls.map((at, index) => at - (expected[index] ?? Number.NaN));
        expect(calls).toHaveLength(expected.length);
        expect(lateness.every((late) => late >= 0 && late <= TO_CALL + 2 * TRANSITION)).toBe(true);
        expect(result.status).toBe('SUCCEEDED');
      }),
      { numRuns: 200 },
    );
  });

  it('leave none out when starts come up to 20 s late', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 19_000 }), { minLength: 11, maxLength: 11 });
    await fc.assert(
      fc.asyncProperty(intervals, delays, async (intervalSeconds, late) => {
        const runs = late.map((delay, minute) =>
          runLoop({ intervalSeconds, start: NOON + minute * 60_000 + delay }),
        );

        const served = new Set(
          (await Promise.all(runs)).flatMap(({ calls }) => calls.map(slotOfCall(intervalSeconds))),
        );
        const due = slotsBetween(NOON + 20_000, NOON + 10 * 60_000, intervalSeconds);
        expect(due.filter((slot) => !served.has(slot))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('are skipped, not run late, when a tick takes longer than the interval', async () => {
    const call = (index: number) => ({ milliseconds: index === 0 ? 26_000 : 100 });

    const { calls } = await runLoop({ intervalSeconds: 20, start: NOON + 1_000, call });

    expect(calls.map((at) => at - NOON - TO_CALL)).toEqual([20_000, 60_000, 80_000]);
  });
});

describe('a wait that ends early', () => {
  /** LocalStack ignores the fraction of a second of a wait. */
  const waitsLate = (milliseconds: number) => -(milliseconds % 1000);

  it('gives a slot one tick, not a burst', async () => {
    const start = NOON + 7_400;

    const { calls } = await runLoop({ intervalSeconds: 20, start, waitsLate });

    expect(calls).toHaveLength(4);
  });

  it('does not tick before its slot', async () => {
    await fc.assert(
      fc.asyncProperty(intervals, starts, async (intervalSeconds, start) => {
        const { calls } = await runLoop({ intervalSeconds, start, waitsLate });

        const begin = start + TRANSITION;
        const horizon = begin + loopTiming(intervalSeconds).horizonSeconds * 1000;
        const expected = slotsBetween(begin, horizon, intervalSeconds);
        const lateness = calls.map((at, index) => at - (expected[index] ?? Number.NaN));
        expect(calls).toHaveLength(expected.length);
        expect(lateness.every((late) => late >= -250 && late < 1_000)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is no reason to wait longer when it is by a few milliseconds, as clocks that disagree make it', async () => {
    const { calls } = await runLoop({ intervalSeconds: 20, start: NOON + 7_400, waitsLate: () => -100 });

    expect(calls.map((at) => at - NOON)).toEqual(
      [20_000, 40_000, 60_000, 80_000].map((slot) => slot - 100 + TO_CALL),
    );
  });
});

describe('an execution', () => {
  it('never gets near the 5 minutes of Express workflows, whatever the slots and however slow Lambda', async () => {
    for (let intervalSeconds = 5; intervalSeconds < 60; intervalSeconds++) {
      const { horizonSeconds, callTimeoutSeconds, timeoutSeconds } = loopTiming(intervalSeconds);
      const interval = intervalSeconds * 1000;
      const lastSlot = Math.ceil(NOON / interval) * interval;
      const justInside = lastSlot - horizonSeconds * 1000 + 1 - TRANSITION;
      const slow = { milliseconds: callTimeoutSeconds * 1000 - 1, error: 'Lambda.ServiceException' };
      const call = (_index: number, at: number) => (at >= lastSlot ? slow : {});

      const { duration } = await runLoop({ intervalSeconds, start: justInside, call });

      expect(duration, `${intervalSeconds} s`).toBeGreaterThan(
        (horizonSeconds + 2 * callTimeoutSeconds) * 1000,
      );
      expect(duration, `${intervalSeconds} s`).toBeLessThan(timeoutSeconds * 1000);
      expect(timeoutSeconds).toBeLessThan(290);
    }
  });

  it('waits longer for a call than the function may take', () => {
    for (let intervalSeconds = 5; intervalSeconds <= 3600; intervalSeconds++) {
      const { lambdaTimeoutSeconds } = timeLimits(intervalSeconds);
      expect(loopTiming(intervalSeconds).callTimeoutSeconds).toBeGreaterThan(lambdaTimeoutSeconds);
    }
  });

  it('goes on after a failed tick and fails at its end, naming the error and where to look', async () => {
    const call = (index: number) => (index === 1 ? { error: 'TokenRejectedError' } : {});

    const { calls, result } = await runLoop({ intervalSeconds: 20, start: NOON + 1_000, call });

    expect(calls).toHaveLength(4);
    expect(result).toMatchObject({ status: 'FAILED', error: 'TickFailed' });
    expect(result).toHaveProperty('cause', expect.stringContaining('TokenRejectedError'));
    expect(result).toHaveProperty('cause', expect.stringContaining('log of Tick'));
  });

  it('succeeds when the second try of a call does', async () => {
    const call = (index: number) => (index === 0 ? { error: 'Lambda.TooManyRequestsException' } : {});

    const { calls, result } = await runLoop({ intervalSeconds: 20, start: NOON + 1_000, call });

    expect(calls.map((at) => Math.floor((at - NOON) / 1000))).toEqual([20, 21, 40, 60, 80]);
    expect(result.status).toBe('SUCCEEDED');
  });

  it('ends as soon as a tick says that it rests', async () => {
    const call = (index: number) => ({ resting: index === 1 });

    const { calls, result } = await runLoop({ intervalSeconds: 20, start: NOON + 1_000, call });

    expect(calls).toHaveLength(2);
    expect(result.status).toBe('SUCCEEDED');
  });

  it('ticks to its horizon after a wake-up, whatever ticks say: the index may not show the payment yet', async () => {
    const call = () => ({ resting: true });

    const { calls } = await runLoop({ intervalSeconds: 20, start: NOON + 1_000, startedBy: 'wake-up', call });

    expect(calls).toHaveLength(4);
  });
});

describe('rest', () => {
  const start = NOON + 1_000;
  const lastTickAt = start - 30_000;

  it('costs neither a call nor a wait', async () => {
    const control = { emptyTicks: RESTING_AFTER, lastTickAt };

    const { calls, duration, result } = await runLoop({ intervalSeconds: 20, start, control });

    expect(calls).toEqual([]);
    expect(duration).toBeLessThan(100);
    expect(result.status).toBe('SUCCEEDED');
  });

  it.each([
    ['too few ticks were empty', { control: { emptyTicks: RESTING_AFTER - 1, lastTickAt } }],
    ['there is no control item yet', {}],
    ['the control item cannot be read', { control: new TaskError('DynamoDB.ThrottlingException') }],
    ['it is a wake-up', { control: { emptyTicks: RESTING_AFTER, lastTickAt }, startedBy: 'wake-up' }],
  ] as const)('is not taken when %s', async (_case, options) => {
    const { calls } = await runLoop({ intervalSeconds: 20, start, ...options });

    expect(calls).toHaveLength(4);
  });

  it.each([5, 20, 59])('is left for a tick every 5 minutes, interval %i s', async (intervalSeconds) => {
    let control = { emptyTicks: RESTING_AFTER, lastTickAt: NOON };
    const ticks: number[] = [];
    for (let minute = 1; minute <= 30; minute++) {
      const options = { intervalSeconds, start: NOON + minute * 60_000 - 17_000, control };
      const { calls } = await runLoop({ ...options, call: () => ({ resting: true }) });
      const tick = calls.at(-1);
      if (tick !== undefined) control = { ...control, lastTickAt: tick };
      ticks.push(...calls);
    }

    const gaps = ticks.map((at, index) => (at - (ticks[index - 1] ?? NOON)) / 1000);
    expect(ticks.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(BACKSTOP_SECONDS + 60);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(BACKSTOP_SECONDS - 60);
  });
});

describe('a loop without slots', () => {
  const HOUR = 3_600_000;
  /** A control item whose last tick succeeded. */
  const ticked = (at: number, control: LoopControl = {}): LoopControl => ({
    emptyTicks: 0,
    lastTickAt: at,
    lastSuccessAt: at,
    ...control,
  });
  const start = NOON + 7_000;
  const isCalled = async (control: LoopControl | TaskError | undefined, intervalSeconds = 3600) => {
    const { calls, duration, result } = await runLoop({
      intervalSeconds,
      start,
      ...(control && { control }),
    });
    // It never waits: it ticks at once, or it ends at once.
    expect(duration).toBeLessThan(300);
    expect(result.status).toBe('SUCCEEDED');
    return calls.length === 1;
  };

  it.each([
    ['a minute after the last tick', ticked(start - 60_000), false],
    ['just before it is due', ticked(start - HOUR + 31_000), false],
    ['when it is due', ticked(start - HOUR + 29_000), true],
    ['after a missed start', ticked(start - HOUR - 55_000), true],
    ['when a payment was tracked since', ticked(start - 60_000, { wokenAt: start - 59_000 }), true],
    [
      'when the index may have shown a payment too late',
      ticked(start - 60_000, { wokenAt: start - 61_900 }),
      true,
    ],
    ['when the last payment was tracked before', ticked(start - 60_000, { wokenAt: start - 63_000 }), false],
    ['a minute after a failure', ticked(start - 2 * HOUR, { lastTickAt: start - 60_000 }), false],
    ['5 minutes after a failure', ticked(start - 2 * HOUR, { lastTickAt: start - 271_000 }), true],
    [
      'a minute after a failure that a tracked payment has caused',
      ticked(start - HOUR / 2, { lastTickAt: start - 60_000, wokenAt: start - 90_000 }),
      false,
    ],
    [
      '5 minutes after it',
      ticked(start - HOUR / 2, { lastTickAt: start - 300_000, wokenAt: start - 330_000 }),
      true,
    ],
    [
      'a minute later while the webhook is silent',
      ticked(start - 55_000, { unreported: SILENT_AFTER }),
      true,
    ],
    ['a minute after one lost call', ticked(start - 55_000, { unreported: SILENT_AFTER - 1 }), false],
    [
      'a minute later when nothing is pending',
      ticked(start - 55_000, { unreported: SILENT_AFTER, emptyTicks: RESTING_AFTER }),
      false,
    ],
    ['before the first success, soon', { emptyTicks: 0, lastTickAt: start - 60_000 }, false],
    ['before the first success', { emptyTicks: 0, lastTickAt: start - 300_000 }, true],
    ['without a control item', undefined, true],
    ['when the control item cannot be read', new TaskError('DynamoDB.ThrottlingException'), true],
  ])('%s: ticks? %#', async (_case, control, expected) => {
    expect(await isCalled(control)).toBe(expected);
  });

  it('ticks once an interval, to the minute, however late the rule starts it', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 150, maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(longIntervals, delays, async (intervalSeconds, late) => {
        let control = ticked(NOON);
        const ticks = [NOON];
        for (const [minute, delay] of late.entries()) {
          const options = { intervalSeconds, start: NOON + (minute + 1) * 60_000 + delay, control };
          const { calls } = await runLoop(options);
          if (calls[0] !== undefined) control = ticked(calls[0]);
          ticks.push(...calls);
        }

        const gaps = ticks.slice(1).map((at, index) => (at - (ticks[index] ?? 0)) / 1000);
        expect(Math.max(...gaps, 0)).toBeLessThanOrEqual(intervalSeconds + 51);
        expect(Math.min(...gaps, intervalSeconds)).toBeGreaterThanOrEqual(intervalSeconds - 31);
      }),
      { numRuns: 10 },
    );
  });

  it('rests as others do: while nothing is pending, a tick every 5 minutes at the most', async () => {
    const resting = (ago: number) => ticked(start - ago, { emptyTicks: RESTING_AFTER });

    expect(await isCalled(resting(100_000), 90)).toBe(false);
    expect(await isCalled(ticked(start - 100_000), 90)).toBe(true);
    expect(await isCalled(resting(BACKSTOP_SECONDS * 1000), 90)).toBe(true);
  });

  it('fails when its tick does', async () => {
    const call = () => ({ error: 'QuotaUsedUpError' });

    const { result } = await runLoop({ intervalSeconds: 3600, start, call });

    expect(result).toMatchObject({ status: 'FAILED', error: 'TickFailed' });
    expect(result).toHaveProperty('cause', expect.stringContaining('QuotaUsedUpError'));
  });

  it('stays far from the 5 minutes of Express workflows, however slow Lambda is', async () => {
    for (const intervalSeconds of [60, 75, 76, 300, 3600]) {
      const { callTimeoutSeconds, timeoutSeconds } = loopTiming(intervalSeconds);
      const call = () => ({
        milliseconds: callTimeoutSeconds * 1000 - 1,
        error: 'Lambda.ServiceException',
      });

      const { duration } = await runLoop({ intervalSeconds, start, call });

      expect(duration).toBeLessThan(timeoutSeconds * 1000);
      expect(timeoutSeconds).toBeLessThan(290);
    }
  });
});

function slotsBetween(after: number, before: number, intervalSeconds: number): number[] {
  const interval = intervalSeconds * 1000;
  const slots: number[] = [];
  for (let slot = (Math.floor(after / interval) + 1) * interval; slot < before; slot += interval)
    slots.push(slot);
  return slots;
}

function slotOfCall(intervalSeconds: number) {
  return (at: number) => Math.floor(at / (intervalSeconds * 1000)) * intervalSeconds * 1000;
}

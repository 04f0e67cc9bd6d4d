import { type LoopNames, tickLoopDefinition } from '../../../infra/constructs/tick-loop-definition.ts';
import type { Control } from '../../../lambda/tracker/payment-store.ts';
import { parseDefinition } from '../../simulation/step-functions/definition.ts';
import { Execution, type ExecutionResult, TaskError } from '../../simulation/step-functions/execution.ts';
import { createEvaluate } from '../../simulation/step-functions/expressions.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';

export const NAMES: LoopNames = {
  partition: 'aws',
  tableName: 'Payments',
  tickFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:Tick',
  tickFunctionName: 'Tick',
};

/** Time from one state to the next, milliseconds. */
export const TRANSITION = 20;

/** The result of a call of the tick function. */
export interface Call {
  /** @default 100 */
  readonly milliseconds?: number;
  /** @default false */
  readonly resting?: boolean;
  /** Name of the error that Step Functions gets instead of a result. */
  readonly error?: string;
}

const NO_TROUBLE: Call = {};

/** The attributes of the control item that the loop reads. */
export type LoopControl = Partial<
  Pick<Control, 'emptyTicks' | 'lastTickAt' | 'lastSuccessAt' | 'wokenAt' | 'unreported'>
>;

export interface LoopRunOptions {
  readonly intervalSeconds: number;
  /** When the execution starts, epoch milliseconds. */
  readonly start: number;
  /** @default 'rule' */
  readonly startedBy?: 'rule' | 'wake-up';
  /** The control item; `undefined` if there is none. With an error, the read fails with it. */
  readonly control?: LoopControl | TaskError;
  /** How late a wait ends, milliseconds; negative when it ends early. @default 0 */
  readonly waitsLate?: (milliseconds: number) => number;
  /**
   * @param index counts the calls, from 0
   * @param at epoch milliseconds
   */
  readonly call?: (index: number, at: number) => Call;
}

export interface LoopRun {
  readonly result: ExecutionResult;
  /** When the tick function was called, epoch milliseconds. */
  readonly calls: readonly number[];
  /** How long the execution took, milliseconds. */
  readonly duration: number;
  /** The inputs of the reads of the control item. */
  readonly reads: readonly unknown[];
}

/** Runs one execution of the real definition of the loop in simulated time. */
export async function runLoop(options: LoopRunOptions): Promise<LoopRun> {
  const {
    intervalSeconds,
    start,
    startedBy = 'rule',
    control,
    call = () => NO_TROUBLE,
    waitsLate = () => 0,
  } = options;
  const time = new VirtualTime(start);
  const definition = parseDefinition(JSON.stringify(tickLoopDefinition(intervalSeconds, NAMES)));
  const calls: number[] = [];
  const reads: unknown[] = [];
  let result: ExecutionResult | undefined;
  let end = start;

  const answers: Record<string, (input: unknown) => Promise<unknown>> = {
    'arn:aws:states:::dynamodb:getItem': async (input) => {
      reads.push(input);
      if (control instanceof TaskError) throw control;
      return control === undefined ? {} : { Item: toItem(control) };
    },
    'arn:aws:states:::lambda:invoke': async () => {
      calls.push(time.now());
      const { milliseconds = 100, resting = false, error } = call(calls.length - 1, time.now());
      await time.sleep(milliseconds);
      if (error !== undefined) throw new TaskError(error);
      return { Payload: { outcome: 'done', resting } };
    },
  };
  const execution = new Execution(
    definition,
    { startedBy },
    {
      evaluate: createEvaluate({ now: () => time.now(), random: () => 0.5 }),
      now: () => time.now(),
      sleep: (milliseconds) => time.sleep(milliseconds),
      transition: () => time.sleep(TRANSITION),
      lateness: waitsLate,
      call: (resource, input) => {
        const answer = answers[resource];
        if (answer === undefined) throw new TypeError(`The loop calls ${resource}.`);
        return answer(input);
      },
    },
  );
  time.spawn(async () => {
    result = await execution.run();
    end = time.now();
  });
  await time.runUntil(start + 600_000);
  if (result === undefined) throw new Error('The execution had not ended after 10 minutes.');
  return { result, calls, duration: end - start, reads };
}

function toItem(control: LoopControl) {
  return Object.fromEntries(Object.entries(control).map(([name, value]) => [name, { N: String(value) }]));
}

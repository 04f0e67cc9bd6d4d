import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../simulation/step-functions/definition.ts';
import { Execution, type ExecutionResult, TaskError } from '../../simulation/step-functions/execution.ts';
import { createEvaluate } from '../../simulation/step-functions/expressions.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';

interface Call {
  readonly at: number;
  readonly input: unknown;
}

/** Executes states of which the first is `First`, and answers calls with results or errors in turn. */
async function execute(states: Record<string, unknown>, answers: unknown[] = []) {
  const time = new VirtualTime(0);
  const calls: Call[] = [];
  const definition = parseDefinition(
    JSON.stringify({ QueryLanguage: 'JSONata', TimeoutSeconds: 100, StartAt: 'First', States: states }),
  );
  const execution = new Execution(
    definition,
    { startedBy: 'rule' },
    {
      evaluate: createEvaluate({ now: () => time.now(), random: () => 0.5 }),
      now: () => time.now(),
      sleep: (milliseconds) => time.sleep(milliseconds),
      transition: async () => {},
      lateness: () => 0,
      call: async (_, input) => {
        calls.push({ at: time.now(), input });
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        if (typeof answer === 'number') await time.sleep(answer);
        return answer;
      },
    },
  );
  let result: ExecutionResult | undefined;
  time.spawn(async () => {
    result = await execution.run();
  });
  await time.runUntil(1_000_000);
  return { result, calls };
}

const TASK = { Type: 'Task', Resource: 'any', Arguments: {}, TimeoutSeconds: 5, Next: 'Done' };
const DONE = {
  Done: { Type: 'Succeed' },
  Failed: { Type: 'Fail', Error: 'E', Cause: "{% 'why: ' & $why %}" },
};

describe('an execution', () => {
  it('waits until a whole second of the simulated clock', async () => {
    const wait = { Type: 'Wait', Timestamp: '{% $fromMillis($millis() + 1700) %}', Next: 'Task' };

    const { calls } = await execute({
      First: wait,
      Task: { ...TASK, Arguments: '{% $millis() %}' },
      ...DONE,
    });

    expect(calls).toEqual([{ at: 1_000, input: 1_000 }]);
  });

  it('repeats a task as its retrier says, and gives the last error to the catcher', async () => {
    const task = {
      ...TASK,
      Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 2, MaxAttempts: 1 }],
      Catch: [
        { ErrorEquals: ['States.ALL'], Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'Failed' },
      ],
    };

    const { result, calls } = await execute({ First: task, ...DONE }, [
      new TaskError('Throttled'),
      new TaskError('Throttled'),
    ]);

    expect(calls.map(({ at }) => at)).toEqual([0, 2_000]);
    expect(result).toEqual({ status: 'FAILED', error: 'E', cause: 'why: Throttled' });
  });

  it('ends a task that takes too long, and itself', async () => {
    const again = { ...TASK, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'First' }] };

    const { result, calls } = await execute({ First: again, ...DONE }, Array(50).fill(9_000));

    expect(calls).toHaveLength(20);
    expect(result).toEqual({ status: 'TIMED_OUT' });
  });

  it('chooses by variables, the input and the results of tasks', async () => {
    const task = { ...TASK, Assign: { sum: '{% $states.result.n + 1 %}' }, Next: 'Choose' };
    const condition = "{% $sum = 3 and $states.context.Execution.Input.startedBy = 'rule' %}";
    const choose = { Type: 'Choice', Choices: [{ Condition: condition, Next: 'Done' }], Default: 'First' };

    const { result, calls } = await execute({ First: task, Choose: choose, ...DONE }, [{ n: 1 }, { n: 2 }]);

    expect(calls).toHaveLength(2);
    expect(result).toEqual({ status: 'SUCCEEDED' });
  });

  it('fails a state whose expression has no result', async () => {
    const { result } = await execute({ First: { ...TASK, Arguments: '{% $states.nothing %}' }, ...DONE });

    expect(result).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it('is refused when its definition holds what would not be carried out', () => {
    const definition = (states: unknown) =>
      JSON.stringify({ QueryLanguage: 'JSONata', TimeoutSeconds: 1, StartAt: 'First', States: states });

    expect(() => parseDefinition(definition({ First: { Type: 'Map' } }))).toThrow('Map is not interpreted');
    expect(() => parseDefinition(definition({ First: { ...TASK, Output: 1 } }))).toThrow('Output of Task');
  });
});

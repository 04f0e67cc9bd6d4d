import type { Assigning, Definition, Retrier, TaskState, WaitState } from './definition.ts';
import type { Evaluate } from './expressions.ts';

/** A task that failed, by the name that `ErrorEquals` compares. */
export class TaskError extends Error {
  constructor(error: string, message: string = error) {
    super(message);
    this.name = error;
  }
}

/** What an execution needs of the cloud. */
export interface ExecutionWorld {
  readonly evaluate: Evaluate;
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** The time from one state to the next. */
  transition(): Promise<void>;
  /** How late a wait of this length ends, milliseconds; negative when it ends early. */
  lateness(milliseconds: number): number;
  /** @throws {TaskError} */
  call(resource: string, input: unknown): Promise<unknown>;
}

export type ExecutionResult =
  | { readonly status: 'SUCCEEDED' | 'TIMED_OUT' }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };

type Variables = Readonly<Record<string, unknown>>;

/** One execution of a state machine. */
export class Execution {
  readonly #definition: Definition;
  readonly #world: ExecutionWorld;
  readonly #context: unknown;
  #variables: Variables = {};

  constructor(definition: Definition, input: unknown, world: ExecutionWorld) {
    this.#definition = definition;
    this.#world = world;
    this.#context = { Execution: { Input: input } };
  }

  /** Resolves when it has ended, with or without success. */
  async run(): Promise<ExecutionResult> {
    const end = this.#world.now() + this.#definition.TimeoutSeconds * 1000;
    for (let name = this.#definition.StartAt; ; ) {
      if (this.#world.now() >= end) return { status: 'TIMED_OUT' };
      const next = await this.#enter(name);
      if (typeof next !== 'string') return next;
      name = next;
    }
  }

  async #enter(name: string): Promise<string | ExecutionResult> {
    const state = this.#definition.States[name];
    if (state === undefined) throw new TypeError(`There is no state "${name}".`);
    await this.#world.transition();
    switch (state.Type) {
      case 'Task':
        return this.#doTask(state);
      case 'Wait':
        await this.#wait(state);
        return this.#leave(state, {});
      case 'Pass':
        return this.#leave(state, {});
      case 'Choice':
        for (const choice of state.Choices) {
          if ((await this.#evaluate(choice.Condition)) === true) return this.#leave(choice, {});
        }
        return state.Default;
      case 'Succeed':
        return { status: 'SUCCEEDED' };
      case 'Fail': {
        const [error, cause] = [await this.#evaluate(state.Error), await this.#evaluate(state.Cause)];
        return { status: 'FAILED', error: String(error), cause: String(cause) };
      }
    }
  }

  async #doTask(state: TaskState): Promise<string | ExecutionResult> {
    const retries = new Map<Retrier, number>();
    for (;;) {
      try {
        const input = await this.#evaluate(state.Arguments);
        const result = await this.#limit(state, this.#world.call(state.Resource, input));
        return await this.#leave(state, { result });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        const retried = retrier ? (retries.get(retrier) ?? 0) : 0;
        if (retrier && retried < retrier.MaxAttempts) {
          retries.set(retrier, retried + 1);
          await this.#world.sleep(retrier.IntervalSeconds * 1000 * (retrier.BackoffRate ?? 2) ** retried);
          continue;
        }
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        const errorOutput = { Error: error.name, Cause: error.message };
        if (catcher) return this.#leave(catcher, { errorOutput });
        return { status: 'FAILED', error: error.name, cause: error.message };
      }
    }
  }

  async #limit({ TimeoutSeconds }: TaskState, call: Promise<unknown>): Promise<unknown> {
    const timeout = this.#world.sleep(TimeoutSeconds * 1000).then(() => {
      throw new TaskError('States.Timeout');
    });
    return Promise.race([call, timeout]);
  }

  /** Waits end at whole seconds: Step Functions drops the milliseconds of a timestamp. */
  async #wait({ Timestamp, Seconds }: WaitState): Promise<void> {
    const milliseconds =
      Timestamp === undefined
        ? Number(await this.#evaluate(Seconds)) * 1000
        : Math.floor(Date.parse(String(await this.#evaluate(Timestamp))) / 1000) * 1000 - this.#world.now();
    if (Number.isNaN(milliseconds)) throw new TypeError('A wait needs a timestamp or a number of seconds.');
    if (milliseconds > 0)
      await this.#world.sleep(Math.max(0, milliseconds + this.#world.lateness(milliseconds)));
  }

  async #leave({ Assign, Next }: Assigning, states: Record<string, unknown>): Promise<string> {
    const assigned = await this.#evaluate(Assign ?? {}, states);
    this.#variables = { ...this.#variables, ...(assigned as Variables) };
    return Next;
  }

  #evaluate(template: unknown, states: Record<string, unknown> = {}): Promise<unknown> {
    const variables = { ...this.#variables, states: { ...states, context: this.#context } };
    return this.#world.evaluate(template, variables);
  }
}

/** `States.TaskFailed` stands for every failure but a timeout, `States.ALL` for everything. */
function matches(names: readonly string[], { name }: Error): boolean {
  if (names.includes(name) || names.includes('States.ALL')) return true;
  return names.includes('States.TaskFailed') && name !== 'States.Timeout';
}

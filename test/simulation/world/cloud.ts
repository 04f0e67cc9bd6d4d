import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LoopInput } from '../../../lambda/loop/loop-starter.ts';
import type { ItemKey } from '../../../lambda/table/document-table.ts';
import { timeLimits } from '../../../lambda/tracker/interval.ts';
import type { SimulatedTable } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { Definition } from '../step-functions/definition.ts';
import { Execution, type ExecutionWorld, TaskError } from '../step-functions/execution.ts';
import { createEvaluate } from '../step-functions/expressions.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { FaultProfile } from './fault-profile.ts';
import { Instance } from './instance.ts';

/**
 * Milliseconds, from and to. Assumptions, measured on nothing. The gap between ticks is as exact as they are: with
 * transitions of up to 8, waits that end up to 60 and starts of 5 to 40, its p99 is 20.06 s instead of 20.04 s, which
 * misses the goal as it is rounded; with 30, 500 and 200 it is 20.5 s. The delays hardly change.
 */
const LATENCY = {
  transition: [1, 5],
  waitEnd: [0, 40],
  read: [2, 12],
  warmStart: [10, 30],
  coldStart: [400, 1_200],
} as const;

const RULE_EVERY = 60_000;

/** What runs in an instance. It is given up when the instance dies. */
export type Handler = (instance: Instance) => Promise<unknown>;

export interface CloudOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly profile: FaultProfile;
  readonly table: SimulatedTable;
  readonly intervalSeconds: number;
  readonly loop: Definition;
  readonly tick: Handler;
  /** Told about executions of the loop. */
  readonly count?: (name: 'ExecutionsStarted' | 'ExecutionsFailed') => void;
}

/** What a Lambda's invocation came to: a payload, or the name of an error. */
export type InvocationResult = { readonly payload: unknown } | { readonly error: string };

/** EventBridge, Step Functions and Lambda, as far as the tracker's stack uses them. */
export class Cloud {
  profile: FaultProfile;
  readonly starts = { rule: 0, 'wake-up': 0 };
  readonly #options: CloudOptions;
  readonly #world: ExecutionWorld;

  constructor(options: CloudOptions) {
    const { time, random } = options;
    this.#options = options;
    this.profile = options.profile;
    this.#world = {
      evaluate: createEvaluate({ now: () => time.now(), random: () => random.next() }),
      now: () => time.now(),
      sleep: (milliseconds) => time.sleep(milliseconds),
      transition: () => time.sleep(random.between(...LATENCY.transition)),
      lateness: () => random.between(...LATENCY.waitEnd),
      call: (resource, input) => this.#call(resource, input),
    };
  }

  /** Lets the rule fire every minute, up to a moment. */
  async runRule(end: number): Promise<void> {
    const { time, random } = this.#options;
    for (let minute = time.now(); minute < end; minute += RULE_EVERY) {
      const { ruleJitter, missedStarts, duplicateStarts } = this.profile;
      const starts = random.chance(missedStarts) ? 0 : random.chance(duplicateStarts) ? 2 : 1;
      for (let start = 0; start < starts; start += 1) {
        time.at(minute + random.between(0, ruleJitter), () => this.startLoop('rule'));
      }
      await time.sleep(minute + RULE_EVERY - time.now());
    }
  }

  startLoop(startedBy: LoopInput['startedBy']): void {
    const { time, loop, count } = this.#options;
    const input: LoopInput = { startedBy };
    this.starts[startedBy] += 1;
    count?.('ExecutionsStarted');
    time.spawn(() => {
      const run = new Execution(loop, input, this.#world).run();
      // Beside the run: whether somebody counts must not change the order of events, and so the results of a seed.
      run.then(({ status }) => status === 'FAILED' && count?.('ExecutionsFailed'));
      return run;
    });
  }

  /**
   * Runs a handler in an instance, for as long as both live.
   *
   * @param faults that differ from the profile's
   */
  async invoke(
    handler: Handler,
    timeoutSeconds: number,
    { random = this.#options.random, faults = {} }: { random?: Random; faults?: Partial<FaultProfile> } = {},
  ): Promise<InvocationResult> {
    const { time } = this.#options;
    const isNew = random.chance(this.profile.coldStarts);
    const [low, high] = isNew ? LATENCY.coldStart : LATENCY.warmStart;
    await time.sleep(random.between(low, high));
    const instance = new Instance({ time, random, profile: { ...this.profile, ...faults }, isNew });
    time.at(time.now() + timeoutSeconds * 1000, () => instance.end('Sandbox.Timedout'));
    const end = handler(instance).then(
      (payload) => ({ payload }),
      (error: Error) => ({ error: error.name }),
    );
    end.then(() => instance.retire());
    return Promise.race([end, instance.death.then((error) => ({ error }))]);
  }

  #call(resource: string, input: unknown): Promise<unknown> {
    if (resource.endsWith(':states:::lambda:invoke')) return this.#invokeTick();
    if (resource.endsWith(':states:::dynamodb:getItem')) return this.#getItem(input as GetItemInput);
    throw new TypeError(`The simulated cloud has no ${resource}.`);
  }

  async #invokeTick(): Promise<{ Payload: unknown }> {
    const { random, tick, intervalSeconds } = this.#options;
    if (random.chance(this.profile.throttledCalls)) throw new TaskError('Lambda.TooManyRequestsException');
    const result = await this.invoke(tick, timeLimits(intervalSeconds).lambdaTimeoutSeconds);
    if ('error' in result) throw new TaskError(result.error);
    return { Payload: result.payload };
  }

  async #getItem({ Key }: GetItemInput): Promise<unknown> {
    const { time, random, table } = this.#options;
    await time.sleep(random.between(...LATENCY.read));
    if (random.chance(this.profile.tableFaults)) throw new TaskError('DynamoDB.InternalServerErrorException');
    const item = table.item(unmarshall(Key) as ItemKey);
    return item === undefined ? {} : { Item: marshall(item) };
  }
}

interface GetItemInput {
  readonly Key: Parameters<typeof unmarshall>[0];
}

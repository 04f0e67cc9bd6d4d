import type { Clock } from '../../../lambda/tracker/clock.ts';
import { capture } from '../capture.ts';
import type { Io } from '../dynamo/simulated-table.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { FaultProfile } from './fault-profile.ts';

/** Steps of an invocation among which one that dies picks its last. */
const MORTAL_STEPS = 12;

/** How long an operation on the table takes, one way, milliseconds. */
const TABLE_LATENCY = [1, 6] as const;

export interface InstanceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly profile: FaultProfile;
  readonly isNew: boolean;
}

/**
 * A Lambda instance during one invocation: a clock of its own, and a life that may end at any step. What waits for
 * anything after its end waits for ever, as the code of a dead process does.
 */
export class Instance {
  readonly clock: Clock;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #profile: FaultProfile;
  readonly #skew: number;
  readonly #dying: Promise<string>;
  #die: (error: string) => void = () => {};
  #alive = true;
  #hasMetFault = false;
  #stepsLeft: number;

  /** Whether its process begins with this invocation: it remembers nothing. */
  readonly isNew: boolean;

  constructor({ time, random, profile, isNew }: InstanceOptions) {
    this.isNew = isNew;
    this.#time = time;
    this.#random = random;
    this.#profile = profile;
    this.#skew = random.between(-profile.clockSkew, profile.clockSkew);
    this.#stepsLeft = random.chance(profile.deaths)
      ? Math.floor(random.between(1, MORTAL_STEPS))
      : Number.POSITIVE_INFINITY;
    this.#dying = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.clock = {
      now: () => Math.floor(time.now() + this.#skew),
      sleep: (milliseconds) => this.wait(milliseconds),
    };
  }

  /** Resolves with the name of the error when the instance dies. */
  get death(): Promise<string> {
    return this.#dying;
  }

  /** Whether a fault of the profile met it: what fails after that says nothing about the tracker. */
  get hasMetFault(): boolean {
    return this.#hasMetFault;
  }

  meetFault(): void {
    this.#hasMetFault = true;
  }

  /** Kills the instance, if its invocation is still under way. */
  end(error: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#die(error);
  }

  /** The invocation is over; what happens to the instance afterwards does not matter. */
  retire(): void {
    this.#alive = false;
  }

  /** Time passes, if there is to be any more of it for this instance. */
  async wait(milliseconds: number): Promise<void> {
    this.#stepsLeft -= 1;
    if (this.#stepsLeft <= 0) this.end('Runtime.ExitError');
    if (this.#random.chance(this.#profile.hangs)) await never();
    if (!this.#alive) await never();
    await this.#time.sleep(milliseconds);
    if (!this.#alive) await never();
  }

  /** Carries operations to the table. */
  readonly io: Io = async (operate) => {
    const { tableFaults, repeatedWrites } = this.#profile;
    await this.wait(this.#random.between(...TABLE_LATENCY));
    const isRefused = this.#random.chance(tableFaults / 2);
    if (isRefused) this.#fail('The simulated table is out of order.');
    const outcome = capture(() => operate(1));
    await this.wait(this.#random.between(...TABLE_LATENCY));
    if (this.#random.chance(tableFaults / 2)) this.#fail('The answer of the simulated table was lost.');
    return this.#random.chance(repeatedWrites) ? operate(2) : outcome();
  };

  #fail(message: string): never {
    this.meetFault();
    throw new Error(message);
  }
}

/** A promise that stays pending. A new one each time: a shared one would keep everything in memory that waits for it. */
function never(): Promise<never> {
  return new Promise(() => {});
}

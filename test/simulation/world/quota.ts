import { readErrorResponse } from '../../../lambda/nocodb/error-response.ts';
import { type CallNames, toErrorFromResponse } from '../../../lambda/nocodb/errors.ts';
import type { TrackerError } from '../../../lambda/tracker/errors.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** The tracker asks once an hour. Its penalty is a minute shorter, and clocks differ by less than another one. */
const TOO_SOON = 58 * 60_000;

/** NocoDB Cloud's answer when the plan allows no more calls. */
const REFUSAL = readErrorResponse(
  403,
  JSON.stringify({
    error: 'ERR_PLAN_LIMIT_EXCEEDED',
    message: 'You have reached the limit of API calls for your plan.',
  }),
);

/** The API calls that are left of a plan in a calendar month of UTC. The next month has more than enough. */
export class Quota {
  /** Requests beyond the quota, and those that came less than an hour after another. */
  refused = 0;
  tooSoon = 0;
  /** When it was used up, and when the first request was allowed again. */
  #usedUpAt: number | undefined;
  #allowedAgainAt: number | undefined;
  /** When the next month begins. */
  readonly #returnsAt: number;
  readonly #time: VirtualTime;
  #left: number;
  #lastRefusedAt = Number.NEGATIVE_INFINITY;

  constructor(left: number, time: VirtualTime) {
    const date = new Date(time.now());
    this.#time = time;
    this.#left = left;
    this.#returnsAt = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }

  /** How long it was used up, milliseconds. */
  get usedUpFor(): number {
    return this.#usedUpAt === undefined ? 0 : this.#returnsAt - this.#usedUpAt;
  }

  /** Takes a request. @returns whether the plan allows it */
  allowsRequest(): boolean {
    const now = this.#time.now();
    if (now >= this.#returnsAt) {
      this.#allowedAgainAt ??= now;
      return true;
    }
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.#usedUpAt ??= now;
    this.refused += 1;
    if (now - this.#lastRefusedAt < TOO_SOON) this.tooSoon += 1;
    this.#lastRefusedAt = now;
    return false;
  }

  /**
   * How long after its return a payment is confirmed, now; milliseconds.
   *
   * @param due when it could have been confirmed, had there been no quota
   * @returns `undefined` when the payment did not have to wait for the return
   */
  waitAfterReturn(due: number): number | undefined {
    if (this.#usedUpAt === undefined || this.#allowedAgainAt === undefined) return undefined;
    return due < this.#allowedAgainAt ? this.#time.now() - this.#returnsAt : undefined;
  }
}

/** What the adapter makes of a request that the plan does not allow. */
export function quotaError(names: CallNames, now: number): TrackerError {
  return toErrorFromResponse(REFUSAL, { names, headers: {}, now });
}

import type { Clock } from './clock.ts';

/**
 * The shortest time between two requests to NocoDB, milliseconds: 4 a second. NocoDB allows 5 a second for each user, then
 * answers 429 and blocks the user for 30 s (https://docs.nocodb.com, "Rate limit"); the bots' own requests need the rest.
 */
export const REQUEST_SPACING_MS = 250;

/** Keeps requests to NocoDB apart, whatever they ask. */
export class Pacer {
  readonly #clock: Clock;
  #lastRequestAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a request leaves now. Call it for retries too. */
  sent(): void {
    this.#lastRequestAt = this.#clock.now();
  }

  /**
   * Waits until the next request may leave.
   *
   * @param deadline epoch milliseconds
   * @returns false when the deadline comes first: nothing may be sent
   */
  async turn(deadline: number): Promise<boolean> {
    const wait = Math.max(0, this.#lastRequestAt + REQUEST_SPACING_MS - this.#clock.now());
    if (this.#clock.now() + wait >= deadline) return false;
    if (wait > 0) await this.#clock.sleep(wait);
    return true;
  }
}

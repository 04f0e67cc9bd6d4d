import type { Counters } from './control-state.ts';
import type { RequestTotals, TrackerEvent } from './events.ts';
import type { ExchangeEvent } from './record-source.ts';

/** Counts the requests of a tick, and reports each with the running totals. */
export class RequestTally {
  #ok = 0;
  #failed = 0;
  #rateLimited = 0;
  readonly #before: RequestTotals;
  readonly #observe: (event: TrackerEvent) => void;

  constructor(before: RequestTotals, observe: (event: TrackerEvent) => void) {
    this.#before = before;
    this.#observe = observe;
  }

  report(event: ExchangeEvent): void {
    if (event.type === 'nocodb.request') {
      this.#observe(event);
      return;
    }
    if (event.outcome === 'ok') this.#ok += 1;
    else if (event.outcome === 'rateLimited') this.#rateLimited += 1;
    else this.#failed += 1;
    this.#observe({
      ...event,
      totals: {
        requestsOk: this.#before.requestsOk + this.#ok,
        requestsFailed: this.#before.requestsFailed + this.#failed,
        requestsRateLimited: this.#before.requestsRateLimited + this.#rateLimited,
      },
    });
  }

  /** What this tick adds to the totals. */
  get counted(): Pick<Counters, 'requests' | 'requestsOk' | 'requestsFailed' | 'requestsRateLimited'> {
    return {
      requests: this.#ok + this.#failed + this.#rateLimited,
      requestsOk: this.#ok,
      requestsFailed: this.#failed,
      requestsRateLimited: this.#rateLimited,
    };
  }
}

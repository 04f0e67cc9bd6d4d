import { penaltyEnd } from '../../../lambda/nocodb/retry-after.ts';
import {
  BulkListUnsupportedError,
  InvalidQueryError,
  RateLimitedError,
  TimeoutError,
} from '../../../lambda/tracker/errors.ts';
import type {
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
} from '../../../lambda/tracker/record-source.ts';
import type { Random } from '../random.ts';
import { settled } from '../settled.ts';
import type { Instance } from './instance.ts';
import { FAULT, type NocoDbServer } from './nocodb-server.ts';

/**
 * The simulated NocoDB as an instance sees it. It stands for the HTTP adapter and the network; an error is one that was
 * left after the adapter's own retries.
 */
export class NocoDbSource implements RecordSource {
  readonly #server: NocoDbServer;
  readonly #instance: Instance;
  readonly #random: Random;

  constructor(server: NocoDbServer, instance: Instance, random: Random) {
    this.#server = server;
    this.#instance = instance;
    this.#random = random;
  }

  fitsUrl(recordIds: readonly string[]): boolean {
    return recordIds.length <= this.#server.profile.urlIds;
  }

  async list(query: RecordQuery, context: RequestContext): Promise<RecordPage> {
    return this.#exchange('GET', [query], context, () => this.#page(query));
  }

  async listMany(queries: readonly RecordQuery[], context: RequestContext): Promise<readonly RecordPage[]> {
    return this.#exchange('POST', queries, context, () => {
      if (!this.#server.hasBulkList) throw new BulkListUnsupportedError(FAULT);
      return queries.map((query) => this.#page(query));
    });
  }

  async #exchange<T>(
    method: 'GET' | 'POST',
    queries: readonly RecordQuery[],
    { deadline, report }: RequestContext,
    respond: () => T,
  ): Promise<T> {
    const exchange = { method, endpoint: '/simulated' } as const;
    const recordIds = queries.reduce((sum, query) => sum + query.recordIds.length, 0);
    const begin = this.#instance.clock.now();
    report({ type: 'nocodb.request', ...exchange, params: '', recordIds });
    const answered = (outcome: 'ok' | 'failed' | 'rateLimited') => {
      const milliseconds = this.#instance.clock.now() - begin;
      report({
        type: 'nocodb.response',
        ...exchange,
        outcome,
        status: 0,
        milliseconds,
        bytes: 0,
        records: 0,
      });
    };
    try {
      const result = await this.#travel(deadline, respond);
      answered('ok');
      return result;
    } catch (error) {
      answered(error instanceof RateLimitedError ? 'rateLimited' : 'failed');
      throw error;
    }
  }

  /** There and back. The server answers with what it holds when the request is there. */
  async #travel<T>(deadline: number, respond: () => T): Promise<T> {
    const { slowAnswers, answer, slowAnswer } = this.#server.profile;
    const latency = this.#random.between(...(this.#random.chance(slowAnswers) ? slowAnswer : answer));
    const left = Math.max(0, deadline - this.#instance.clock.now());
    await this.#instance.wait(Math.min(left, latency / 2));
    const blocked = this.#server.take(this.#instance.clock.now());
    const fault = this.#server.fault();
    const reply = fault || blocked > 0 ? undefined : settled(respond);
    await this.#instance.wait(Math.min(Math.max(0, left - latency / 2), latency / 2));
    if (latency >= left) throw new TimeoutError(FAULT);
    if (blocked > 0) {
      const headers = { 'retry-after': String(Math.ceil(blocked / 1000)) };
      throw new RateLimitedError({ ...FAULT, retryAt: penaltyEnd(headers, this.#instance.clock.now()) });
    }
    if (fault) throw fault;
    return (reply as () => T)();
  }

  #page({ recordIds, want, limit }: RecordQuery): RecordPage {
    const { rows, poison, pageCap } = this.#server;
    const poisonous = recordIds.find((id) => poison.has(id));
    if (poisonous !== undefined) {
      throw new InvalidQueryError({ ...FAULT, problem: `the database refuses ${poisonous}` });
    }
    const matching = recordIds.flatMap((recordId) => {
      const row = rows.get(recordId);
      return row && (want === 'existing' || row.paid) ? [{ recordId, paid: row.paid, owner: row.owner }] : [];
    });
    const records = matching.slice(0, Math.min(limit, pageCap));
    return { records, isLastPage: records.length === matching.length };
  }
}

import type { Clock } from '../../lambda/tracker/clock.ts';
import {
  BulkListUnsupportedError,
  InvalidQueryError,
  RateLimitedError,
  type TrackerError,
} from '../../lambda/tracker/errors.ts';
import type {
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
  SourceRecord,
} from '../../lambda/tracker/record-source.ts';

export const DETAILS = { operation: 'list records', target: 'GET fake', problem: 'fault', hint: 'None.' };

/** A NocoDB table in memory, with the faults that a test sets. */
export class FakeSource implements RecordSource {
  readonly #clock: Clock;
  readonly records = new Map<string, { paid: boolean; owner?: string | null }>();
  readonly poison = new Set<string>();
  /** One for each of the next requests: an error to throw, or `undefined` for none. */
  faults: (TrackerError | undefined)[] = [];
  cap = 1000;
  urlIds = 500;
  bulkList = true;
  latency = 10;
  /** Whether it also returns rows that the query did not ask for, and unpaid ones among the paid. */
  sloppy = false;
  /** The requests it received. */
  readonly requests: { at: number; form: 'get' | 'bulk'; queries: readonly RecordQuery[] }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  fitsUrl(recordIds: readonly string[]): boolean {
    return recordIds.length <= this.urlIds;
  }

  async list(query: RecordQuery, context: RequestContext): Promise<RecordPage> {
    return this.#exchange('get', [query], context, () => this.#page(query));
  }

  async listMany(queries: readonly RecordQuery[], context: RequestContext): Promise<readonly RecordPage[]> {
    return this.#exchange('bulk', queries, context, () => {
      if (!this.bulkList) throw new BulkListUnsupportedError(DETAILS);
      return queries.map((query) => this.#page(query));
    });
  }

  async #exchange<T>(
    form: 'get' | 'bulk',
    queries: readonly RecordQuery[],
    { report }: RequestContext,
    respond: () => T,
  ): Promise<T> {
    const method = form === 'get' ? 'GET' : 'POST';
    const recordIds = queries.reduce((sum, query) => sum + query.recordIds.length, 0);
    this.requests.push({ at: this.#clock.now(), form, queries });
    report({ type: 'nocodb.request', method, endpoint: '/fake', params: '', recordIds });
    await this.#clock.sleep(this.latency);
    const done = { type: 'nocodb.response', method, endpoint: '/fake', milliseconds: this.latency } as const;
    try {
      const fault = this.faults.shift();
      if (fault) throw fault;
      const result = respond();
      report({ ...done, outcome: 'ok', status: 200, bytes: 1, records: 0 });
      return result;
    } catch (error) {
      const outcome = error instanceof RateLimitedError ? 'rateLimited' : 'failed';
      report({ ...done, outcome, status: 500, bytes: 0, records: 0 });
      throw error;
    }
  }

  #page({ recordIds, want, limit }: RecordQuery): RecordPage {
    const poisonous = recordIds.find((id) => this.poison.has(id));
    if (poisonous !== undefined) throw new InvalidQueryError({ ...DETAILS, problem: `bad id ${poisonous}` });
    const matching: SourceRecord[] = [...this.records]
      .filter(([id, { paid }]) => recordIds.includes(id) && (want === 'existing' || paid))
      .map(([recordId, record]) => ({ recordId, ...record }));
    const records = matching.slice(0, Math.min(limit, this.cap));
    const isLastPage = records.length === matching.length;
    return {
      records: this.sloppy && isLastPage ? [...records, ...this.#strangers(recordIds)] : records,
      isLastPage,
    };
  }

  #strangers(recordIds: readonly string[]): SourceRecord[] {
    const unpaid = recordIds.filter((id) => this.records.get(id)?.paid === false);
    return [{ recordId: 'stranger', paid: true }, ...unpaid.map((recordId) => ({ recordId, paid: false }))];
  }
}

import type { Clock } from '../../lambda/tracker/clock.ts';
import {
  BulkListUnsupportedError,
  ChangesUnsupportedError,
  InvalidQueryError,
  RateLimitedError,
  ServerFaultError,
  TimeoutError,
  type TrackerError,
} from '../../lambda/tracker/errors.ts';
import type {
  ChangePage,
  ChangeQuery,
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
  SourceRecord,
  TableName,
} from '../../lambda/tracker/record-source.ts';

export const DETAILS = { operation: 'list records', target: 'GET fake', problem: 'fault', hint: 'None.' };

/** NocoDB's 500 without a reason: trouble, or a bad id. */
export const VAGUE = new ServerFaultError({ ...DETAILS, idMayBeBad: true });

/** A NocoDB table in memory, with the faults that a test sets. */
export class FakeSource implements RecordSource {
  readonly #clock: Clock;
  /** `changedAt`: epoch milliseconds by the server's clock; absent: before anybody asked. */
  readonly records = new Map<string, { paid: boolean; owner?: string | null; changedAt?: number }>();
  readonly poison = new Set<string>();
  /** Whether a poisonous id is refused without a reason, as trouble of the server is. */
  vague = false;
  /** One for each of the next requests: an error to throw, or `undefined` for none. */
  faults: (TrackerError | undefined)[] = [];
  cap = 1000;
  urlIds = 500;
  bulkList = true;
  /** Whether the table keeps when its records change. */
  keepsChanges = true;
  /** The server's clock minus the tracker's, milliseconds. */
  clockSkew = 0;
  latency = 10;
  /** Milliseconds that each id asked for, and each row answered, take on top. */
  latencyPerId = 0;
  latencyPerRow = 0;
  /** Whether rows come that the query did not ask for, and unpaid ones among the paid. */
  sloppy = false;
  /** What people call the table, and how often it was asked for. */
  name: TableName = { title: 'Payments' };
  namesAsked = 0;
  /** How it behaved. */
  readonly requests: { at: number; form: 'get' | 'bulk' | 'changes'; queries: readonly RecordQuery[] }[] = [];

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

  async listChanged({ since, after, limit }: ChangeQuery, context: RequestContext): Promise<ChangePage> {
    return this.#exchange('changes', [], context, () => {
      if (!this.keepsChanges) throw new ChangesUnsupportedError(DETAILS);
      const matching = [...this.records]
        .filter(
          ([id, { paid, changedAt = 0 }]) => paid && changedAt >= since && (!after || isAfter(id, after)),
        )
        .sort(([a], [b]) => (isAfter(a, b) ? 1 : -1))
        .map(([recordId, record]) => toRecord(recordId, record));
      const records = matching.slice(0, Math.min(limit, this.cap));
      const isLastPage = records.length === matching.length;
      return { records, isLastPage, serverTime: this.#clock.now() + this.clockSkew };
    });
  }

  async tableName(): Promise<TableName> {
    this.namesAsked += 1;
    return this.name;
  }

  async #exchange<T>(
    form: 'get' | 'bulk' | 'changes',
    queries: readonly RecordQuery[],
    { report, deadline }: RequestContext,
    respond: () => T,
  ): Promise<T> {
    const method = form === 'bulk' ? 'POST' : 'GET';
    const recordIds = queries.reduce((sum, query) => sum + query.recordIds.length, 0);
    this.requests.push({ at: this.#clock.now(), form, queries });
    report({ type: 'nocodb.request', method, endpoint: '/fake', params: '', recordIds });
    const done = { type: 'nocodb.response', method, endpoint: '/fake', milliseconds: this.latency } as const;
    try {
      const fault = this.faults.shift();
      const latency =
        this.latency + this.latencyPerId * recordIds + this.latencyPerRow * this.#rowsOf(queries);
      const left = deadline - this.#clock.now();
      await this.#clock.sleep(Math.min(latency, left));
      if (fault) throw fault;
      if (latency > left) throw new TimeoutError({ ...DETAILS, smallerMayPass: true });
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
    if (poisonous !== undefined && this.vague) throw VAGUE;
    if (poisonous !== undefined) throw new InvalidQueryError({ ...DETAILS, problem: `bad id ${poisonous}` });
    const matching = recordIds.flatMap((recordId): SourceRecord[] => {
      const record = this.records.get(recordId);
      return record !== undefined && (want === 'existing' || record.paid) ? [toRecord(recordId, record)] : [];
    });
    const records = matching.slice(0, Math.min(limit, this.cap));
    const isLastPage = records.length === matching.length;
    return {
      records: this.sloppy && isLastPage ? [...records, ...this.#strangers(recordIds)] : records,
      isLastPage,
    };
  }

  #rowsOf(queries: readonly RecordQuery[]): number {
    if (this.latencyPerRow === 0) return 0;
    return queries.reduce(
      (rows, query) => rows + this.#page({ ...query, limit: query.recordIds.length }).records.length,
      0,
    );
  }

  #strangers(recordIds: readonly string[]): SourceRecord[] {
    const unpaid = recordIds.filter((id) => this.records.get(id)?.paid === false);
    return [{ recordId: 'stranger', paid: true }, ...unpaid.map((recordId) => ({ recordId, paid: false }))];
  }
}

function toRecord(recordId: string, { paid, owner }: { paid: boolean; owner?: string | null }): SourceRecord {
  return { recordId, paid, ...(owner !== undefined && { owner }) };
}

function isAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

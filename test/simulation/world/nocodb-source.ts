import { createNocoDbApi, type NocoDbApi } from '../../../lambda/nocodb/api.ts';
import type { Dialect } from '../../../lambda/nocodb/dialect.ts';
import { ErrorResponse } from '../../../lambda/nocodb/error-response.ts';
import { type AttemptResult, withRetries } from '../../../lambda/nocodb/retry.ts';
import { penaltyEnd } from '../../../lambda/nocodb/retry-after.ts';
import { readToken, type TokenProvider } from '../../../lambda/nocodb/token.ts';
import {
  BulkListUnsupportedError,
  EndpointNotFoundError,
  InvalidQueryError,
  RateLimitedError,
  TimeoutError,
  TrackerError,
  UrlTooLongError,
} from '../../../lambda/tracker/errors.ts';
import { Pacer } from '../../../lambda/tracker/pacer.ts';
import type {
  ChangePage,
  ChangeQuery,
  HttpMethod,
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
  SourceRecord,
} from '../../../lambda/tracker/record-source.ts';
import type { Random } from '../random.ts';
import type { Instance } from './instance.ts';
import { FAULT, type NocoDbServer } from './nocodb-server.ts';
import { quotaError } from './quota.ts';

/** What a query in a body takes beside its ids, bytes. */
const BYTES_OF_QUERY = 80;

/** A request that travels longer than this met a fault of the profile, milliseconds. */
const MAX_USUAL_LATENCY = 200;

const SETTINGS = {
  apiUrl: 'http://simulated',
  tableId: 'msimulated00000',
  baseId: 'psimulated00000',
  apiVersion: 'auto',
  idField: 'Id',
  paidField: 'Paid',
} as const;

const NO_CLIENT = {
  send: () => Promise.reject(new Error('The simulated adapter sends its requests itself.')),
};

/** The answer of a NocoDB without API v2. */
const UNKNOWN_PATH = new ErrorResponse({
  status: 404,
  code: undefined,
  databaseCode: undefined,
  reason: 'Cannot GET /api/v2',
  fromNocoDb: true,
});

/** A request, and the server's response to it. */
interface Call<Result> {
  readonly method: HttpMethod;
  readonly recordIds: number;
  readonly bodyBytes: number;
  respond(): Result;
  rowsOf(result: Result): number;
}

/**
 * The simulated NocoDB as an instance sees it. It stands for the HTTP adapter and the network; what it repeats and when is
 * the adapter's own code.
 */
export class NocoDbSource implements RecordSource {
  readonly #server: NocoDbServer;
  readonly #instance: Instance;
  readonly #token: TokenProvider;
  readonly #pacer: Pacer;
  readonly #random: Random;
  readonly #api: NocoDbApi;

  /** @param token that of the instance's process */
  constructor(server: NocoDbServer, instance: Instance, token: TokenProvider, random: Random) {
    this.#server = server;
    this.#token = token;
    this.#instance = instance;
    this.#pacer = new Pacer(instance.clock);
    this.#random = random;
    this.#api = createNocoDbApi(SETTINGS, NO_CLIENT, instance.clock);
  }

  recall: NocoDbApi['recall'] = (facts) => this.#api.recall(facts);
  facts: NocoDbApi['facts'] = () => this.#api.facts();

  fitsUrl(recordIds: readonly string[]): boolean {
    return recordIds.length <= this.#server.profile.urlIds;
  }

  async list(query: RecordQuery, context: RequestContext): Promise<RecordPage> {
    const call: Call<RecordPage> = {
      method: 'GET',
      recordIds: query.recordIds.length,
      bodyBytes: 0,
      respond: () => this.#page(query),
      rowsOf: ({ records }) => records.length,
    };
    return this.#ask(call, context);
  }

  async listMany(queries: readonly RecordQuery[], context: RequestContext): Promise<readonly RecordPage[]> {
    const call: Call<readonly RecordPage[]> = {
      method: 'POST',
      recordIds: sum(queries.map(({ recordIds }) => recordIds.length)),
      bodyBytes: sum(queries.map(bytesOf)),
      respond: () => {
        if (!this.#server.hasBulkList || !this.#server.hasV2) throw new BulkListUnsupportedError(FAULT);
        return queries.map((query) => this.#page(query));
      },
      rowsOf: (pages) => sum(pages.map(({ records }) => records.length)),
    };
    return this.#api.ask(context, async ({ bulkListPath }) => {
      if (bulkListPath === undefined) throw new BulkListUnsupportedError(FAULT);
      return this.#send(call, context);
    });
  }

  async listChanged(query: ChangeQuery, context: RequestContext): Promise<ChangePage> {
    const call: Call<ChangePage> = {
      method: 'GET',
      recordIds: 0,
      bodyBytes: 0,
      respond: () => this.#changes(query),
      rowsOf: ({ records }) => records.length,
    };
    return this.#ask(call, context);
  }

  /** In the version of the API that the adapter's own code chooses. */
  #ask<Result>(call: Call<Result>, context: RequestContext): Promise<Result> {
    return this.#api.ask(context, ({ version }) =>
      this.#send({ ...call, respond: () => this.#inVersion(version, call.respond) }, context),
    );
  }

  #inVersion<Result>(version: Dialect['version'], respond: () => Result): Result {
    if (version === 'v3' || this.#server.hasV2) return respond();
    throw new EndpointNotFoundError({ ...FAULT, cause: UNKNOWN_PATH });
  }

  async #send<Result>(call: Call<Result>, { deadline, report }: RequestContext): Promise<Result> {
    await readToken(() => this.#token.get(), FAULT);
    const { clock } = this.#instance;
    const random = () => this.#random.next();
    const attempt = (timeout: number) => this.#attempt(call, timeout, report);
    return withRetries(attempt, { clock, pacer: this.#pacer, random, deadline, names: FAULT });
  }

  async #attempt<Result>(
    call: Call<Result>,
    timeout: number,
    report: RequestContext['report'],
  ): Promise<AttemptResult<Result>> {
    const { clock } = this.#instance;
    const exchange = { method: call.method, endpoint: '/simulated' } as const;
    const begin = clock.now();
    report({ type: 'nocodb.request', ...exchange, params: '', recordIds: call.recordIds });
    const result = await this.#travel(call, timeout);
    const outcome = 'value' in result ? 'ok' : outcomeOf(result.error);
    const answer = { status: 0, milliseconds: clock.now() - begin, bytes: 0, records: 0 };
    report({ type: 'nocodb.response', ...exchange, outcome, ...answer });
    return result;
  }

  /** There, to work, and back. The server answers with what it holds when the request is there. */
  async #travel<Result>(call: Call<Result>, timeout: number): Promise<AttemptResult<Result>> {
    const { slowAnswers, answer, slowAnswer } = this.#server.profile;
    const latency = this.#random.between(...(this.#random.chance(slowAnswers) ? slowAnswer : answer));
    if (latency > MAX_USUAL_LATENCY) this.#instance.meetFault();
    await this.#instance.wait(Math.min(timeout, latency / 2));
    const { result, work } = this.#serve(call);
    await this.#instance.wait(Math.min(Math.max(0, timeout - latency / 2), work + latency / 2));
    if (latency + work < timeout) return result;
    return { error: new TimeoutError({ ...FAULT, smallerMayPass: true }), repeat: 'never' };
  }

  /** What the server answers at this moment, and how long it works on that, milliseconds. */
  #serve<Result>({ respond, rowsOf, recordIds, bodyBytes }: Call<Result>) {
    const blocked = this.#server.take(this.#instance.clock.now());
    if (blocked > 0) {
      this.#instance.meetFault();
      const headers = { 'retry-after': String(Math.ceil(blocked / 1000)) };
      const retryAt = penaltyEnd(headers, this.#instance.clock.now());
      return { result: refusal(new RateLimitedError({ ...FAULT, retryAt })), work: 0 };
    }
    if (this.#server.quota?.allowsRequest() === false) {
      this.#instance.meetFault();
      return { result: refusal(quotaError(FAULT, this.#instance.clock.now())), work: 0 };
    }
    const fault = this.#server.fault();
    if (fault) {
      this.#instance.meetFault();
      return { result: fault, work: 0 };
    }
    if (bodyBytes > this.#server.profile.maxBodyBytes) {
      return { result: refusal(new UrlTooLongError({ ...FAULT, smallerMayPass: true })), work: 0 };
    }
    try {
      const value = respond();
      const rows = rowsOf(value);
      return { result: { value }, work: this.#server.work({ ids: recordIds, rows }) };
    } catch (error) {
      if (!(error instanceof TrackerError)) throw error;
      return { result: refusal(error), work: this.#server.work({ ids: recordIds, rows: 0 }) };
    }
  }

  #page({ recordIds, want, limit }: RecordQuery): RecordPage {
    const { poison, mishap } = this.#server;
    if (mishap === 'wrong-id-field') this.#instance.meetFault();
    const poisonous = recordIds.find((id) => poison.has(id) || mishap === 'wrong-id-field');
    if (poisonous !== undefined) {
      throw new InvalidQueryError({ ...FAULT, problem: `the database refuses ${poisonous}` });
    }
    const matching = this.#recordsOf(recordIds).filter(({ paid }) => want === 'existing' || paid);
    return this.#cut(matching, limit);
  }

  /** NocoDB takes a time without fractions of a second, and tells its own in the header `Date`, also without them. */
  #changes({ since, after, limit }: ChangeQuery): ChangePage {
    const ids = this.#server.records.changedSince(Math.floor(since / 1000) * 1000);
    const inOrder = ids
      .filter((id) => after === undefined || Number(id) > Number(after))
      .sort((a, b) => Number(a) - Number(b));
    return { ...this.#cut(this.#recordsOf(inOrder), limit), serverTime: this.#server.records.clock };
  }

  #recordsOf(recordIds: readonly string[]): SourceRecord[] {
    const { mishap, profile } = this.#server;
    // Every other record of the other table is paid.
    if (mishap === 'other-table') {
      return recordIds.map((recordId) => ({ recordId, paid: Number(recordId) % 2 === 0 }));
    }
    return recordIds.flatMap((recordId) => {
      const row = this.#server.records.rows.get(recordId);
      if (row === undefined || !this.#server.has(recordId)) return [];
      return [{ recordId, paid: row.paid, ...(profile.comparesOwners && { owner: row.owner }) }];
    });
  }

  #cut(matching: readonly SourceRecord[], limit: number): RecordPage {
    const records = matching.slice(0, Math.min(limit, this.#server.pageCap));
    return { records, isLastPage: records.length === matching.length };
  }
}

function refusal(error: TrackerError): { readonly error: TrackerError; readonly repeat: 'never' } {
  return { error, repeat: 'never' };
}

function outcomeOf(error: TrackerError): 'failed' | 'rateLimited' {
  return error instanceof RateLimitedError ? 'rateLimited' : 'failed';
}

function bytesOf({ recordIds }: RecordQuery): number {
  return BYTES_OF_QUERY + sum(recordIds.map((id) => id.length + 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import { afterAnswer, afterTooLarge, type BatchSize, startingSize, worthRemembering } from './batch-size.ts';
import type { Clock } from './clock.ts';
import {
  BulkListUnsupportedError,
  InvalidQueryError,
  InvalidResponseError,
  TrackerError,
  UrlTooLongError,
} from './errors.ts';
import { type Pacer, REQUEST_SPACING_MS } from './pacer.ts';
import { type Batch, bisect, idsOf, nextBatch, PLAN_LIMITS } from './query-plan.ts';
import type { RecordPage, RecordQuery, RecordSource, RequestContext, SourceRecord } from './record-source.ts';

/** The part of the remaining time that one request may use. The rest is for smaller requests, should it be too late. */
const SHARE_OF_TIME_LEFT = 0.6;

/** No request is sent with a time limit below this, milliseconds. */
const MIN_REQUEST_TIME_MS = 200;

/** After this many requests that took too long, the tick sends no more. */
const MAX_TOO_LATE = 3;

/** If the server refuses this many ids alone and has accepted none, the tick sends no more. */
const REFUSALS_THAT_LOOK_WRONG = 2;

/** Ids to ask for. */
export interface Part {
  readonly ids: readonly string[];
  /** A bad id is being isolated among them: they are asked for apart from all others. */
  readonly isolating: boolean;
}

/** What to ask, and with what. */
export interface FetchOptions {
  readonly source: RecordSource;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly want: RecordQuery['want'];
  /** Whether the server has bulk lists, as far as is known: `undefined` tries. */
  readonly bulkList: boolean | undefined;
  /** How many ids a request may carry, as far as is known. @default maxBatchIds */
  readonly batchSize?: BatchSize | undefined;
  /** @default 20,000 */
  readonly maxBatchIds?: number;
  /** An id that this server is known to accept in a query. */
  readonly acceptedId?: string | undefined;
  /** Except for those that judge single ids. @default as many as the time allows */
  readonly maxRequests?: number | undefined;
  /** No request is sent after this, epoch milliseconds. */
  readonly deadline: number;
  readonly report: RequestContext['report'];
}

/** What the source answered. */
export interface FetchResult {
  /** The records found, by id; only ids that were asked for. */
  readonly records: ReadonlyMap<string, SourceRecord>;
  /** Ids with a complete answer: one of these without a record is not there (or not paid, if that was asked). */
  readonly answered: ReadonlySet<string>;
  /** Ids that the server refuses, with its reason. */
  readonly invalid: ReadonlyMap<string, string>;
  /** Parts that are left and hold a bad id: each must be asked for on its own. */
  readonly isolating: readonly (readonly string[])[];
  /** Whether the server has bulk lists, as far as is known now. */
  readonly bulkList: boolean | undefined;
  /** How many ids a request may carry; `undefined`: the most. */
  readonly batchSize: BatchSize | undefined;
  /** An id that the server accepted; `undefined` when it accepted none. */
  readonly acceptedId: string | undefined;
  /** Pages the server cut shorter than it was asked for. */
  readonly cutPages: number;
  /** How often the source was asked, except to judge single ids. */
  readonly requests: number;
  /** What ended the fetch early; the answers before it count all the same. */
  readonly error: TrackerError | undefined;
  /** The ids of the request that ended it. The caller continues after them, because they may be the reason. */
  readonly failed: ReadonlySet<string>;
}

/**
 * Asks the source for records, in as few requests as it allows, until all are answered or the time is used up. Ids that are
 * left are no error.
 *
 * An error of the source is not thrown. It is part of the result, together with the answers before it.
 *
 * @param parts distinct ids, in the order in which they are asked for
 */
export async function fetchRecords(parts: readonly Part[], options: FetchOptions): Promise<FetchResult> {
  const fetch = new BatchFetch(parts, options);
  await fetch.run();
  return fetch.result();
}

/** One run through the ids: those still to ask for, and what has been learned. */
class BatchFetch {
  readonly #options: FetchOptions;
  readonly #max: number;
  readonly #records = new Map<string, SourceRecord>();
  readonly #answered = new Set<string>();
  /** The errors of ids refused alone, until the server is seen to accept another id after that. */
  readonly #suspects = new Map<string, TrackerError>();
  /** Ids that were refused alone by an error that may have been trouble of the server. They are asked for once more. */
  readonly #askedAgain = new Set<string>();
  readonly #invalid = new Map<string, string>();
  #parts: Part[];
  #bulkList: boolean | undefined;
  #size: BatchSize;
  #pageCap: number = PLAN_LIMITS.pageSize;
  #acceptedId: string | undefined;
  /** Whether the server was seen to accept a query in this run. */
  #accepts = false;
  /** The quickest request so far: the next one is expected to take at least as long. */
  #quickest: { readonly ids: number; readonly took: number } | undefined;
  #requests = 0;
  #tooLate = 0;
  #cutPages = 0;
  /** A request that was too large, as long as nothing was answered after it. */
  #tooLarge: TrackerError | undefined;
  #error: TrackerError | undefined;
  #failed: readonly string[] = [];

  constructor(parts: readonly Part[], options: FetchOptions) {
    const { bulkList, batchSize, maxBatchIds = PLAN_LIMITS.idsPerRequest } = options;
    this.#options = options;
    this.#max = maxBatchIds;
    this.#bulkList = bulkList;
    this.#size = startingSize(batchSize, maxBatchIds);
    this.#parts = parts.filter(({ ids }) => ids.length > 0);
  }

  result(): FetchResult {
    return {
      records: this.#records,
      answered: this.#answered,
      invalid: this.#invalid,
      isolating: this.#parts.filter(({ isolating }) => isolating).map(({ ids }) => ids),
      bulkList: this.#bulkList,
      batchSize: worthRemembering(this.#size, this.#max),
      acceptedId: this.#acceptedId,
      cutPages: this.#cutPages,
      requests: this.#requests,
      error: this.#error ?? this.#tooLarge,
      failed: new Set(this.#failed),
    };
  }

  async run(): Promise<void> {
    do await this.#askParts();
    while (await this.#judgeSuspects());
  }

  async #askParts(): Promise<void> {
    for (;;) {
      const [part] = this.#parts;
      if (part === undefined || this.#error !== undefined || this.#mustJudge()) break;
      const batch = this.#planNext(part.ids);
      const ids = idsOf(batch);
      if (!(await this.#mayAsk(ids.length, part.isolating && ids.length === 1))) break;
      this.#parts.shift();
      const rest = part.ids.slice(ids.length);
      if (rest.length > 0) this.#parts.unshift({ ids: rest, isolating: part.isolating });
      await this.#ask(batch, { ids, isolating: part.isolating });
    }
  }

  /**
   * Waits until the next request may be sent.
   *
   * @param isJudging whether it is to judge one id: without it, the requests that found the id would be in vain
   * @returns false when there is no time for one with this many ids
   */
  async #mayAsk(ids: number, isJudging: boolean): Promise<boolean> {
    const { clock, pacer, deadline, maxRequests = Number.POSITIVE_INFINITY } = this.#options;
    if ((!isJudging && this.#requests >= maxRequests) || this.#tooLate >= MAX_TOO_LATE) return false;
    if (!(await pacer.turn(deadline))) return false;
    const { ids: known, took } = this.#quickest ?? { ids: 1, took: 0 };
    const needed = Math.max(MIN_REQUEST_TIME_MS, took * Math.max(1, ids / known));
    return needed <= this.#allowed(clock.now());
  }

  /**
   * Whether refused ids must be judged now: because there is only one more request, or because several ids were refused and
   * none was ever accepted. Then the reason is probably a wrong setting, and more requests would be refused as well.
   */
  #mustJudge(): boolean {
    if (this.#suspects.size === 0) return false;
    const { maxRequests = Number.POSITIVE_INFINITY } = this.#options;
    const looksWrong = !this.#mayJudge && this.#suspects.size >= REFUSALS_THAT_LOOK_WRONG;
    if (looksWrong || this.#requests + 1 >= maxRequests) return true;
    const took = (this.#quickest?.took ?? 0) + REQUEST_SPACING_MS;
    return this.#allowed(this.#options.clock.now() + took) < took;
  }

  get #mayJudge(): boolean {
    return this.#options.acceptedId !== undefined || this.#acceptedId !== undefined;
  }

  #allowed(now: number): number {
    return (this.#options.deadline - now) * SHARE_OF_TIME_LEFT;
  }

  async #ask(batch: Batch, part: Part): Promise<void> {
    const { clock } = this.#options;
    const now = clock.now();
    const allowed = this.#allowed(now);
    const ids = part.ids.length;
    if (!part.isolating || ids > 1) this.#requests += 1;
    try {
      const pages = await this.#send(batch, now + allowed);
      const took = clock.now() - now;
      this.#note(ids, took);
      this.#size = afterAnswer(this.#size, { ids, took, allowed }, { now, max: this.#max });
      this.#learn(batch, pages, part.isolating);
    } catch (error) {
      await this.#recover(part, error, clock.now() - now);
    }
  }

  #note(ids: number, took: number): void {
    if (this.#quickest === undefined || took < this.#quickest.took) this.#quickest = { ids, took };
  }

  async #send(batch: Batch, deadline: number): Promise<readonly RecordPage[]> {
    const { source, report } = this.#options;
    const context = { deadline, report };
    if (batch.form === 'get') return [await source.list(batch.queries[0] as RecordQuery, context)];
    const pages = await source.listMany(batch.queries, context);
    this.#bulkList = true;
    return pages;
  }

  #learn(batch: Batch, pages: readonly RecordPage[], isolating: boolean): void {
    this.#accept(batch.queries[0]?.recordIds[0]);
    const left: string[] = [];
    for (const [index, query] of batch.queries.entries()) {
      const page = pages[index] ?? { records: [], isLastPage: false };
      const asked = new Set(query.recordIds);
      const found = page.records.filter(({ recordId }) => asked.has(recordId));
      for (const record of found) this.#records.set(record.recordId, record);
      for (const id of page.isLastPage ? query.recordIds : found.map(({ recordId }) => recordId))
        this.#answered.add(id);
      if (page.isLastPage) continue;
      if (found.length === 0) throw endlessAnswer(query);
      this.#cutPages += 1;
      this.#pageCap = Math.min(this.#pageCap, page.records.length);
      left.push(...query.recordIds.filter((id) => !this.#records.has(id)));
    }
    if (left.length > 0) this.#parts.unshift({ ids: left, isolating });
  }

  async #recover(part: Part, error: unknown, took: number): Promise<void> {
    const ids = part.ids.length;
    if (!(error instanceof TrackerError)) throw error;
    if (error instanceof InvalidQueryError || error.idMayBeBad) {
      this.#note(ids, took);
      return this.#isolate(part, error);
    }
    if (error instanceof BulkListUnsupportedError) {
      this.#bulkList = false;
      this.#parts.unshift(part);
    } else if (error.smallerMayPass && ids > 1) {
      this.#shrink(ids, error);
      this.#parts.unshift(part);
    } else {
      this.#error = error;
      this.#failed = part.ids;
    }
  }

  /** Makes the next requests smaller: this one was too large for the server, a proxy or the time limit. */
  #shrink(ids: number, error: TrackerError): void {
    const isRefused = error instanceof UrlTooLongError;
    this.#size = afterTooLarge(this.#size, ids, isRefused, this.#options.clock.now());
    this.#tooLarge = error;
    if (!isRefused) this.#tooLate += 1;
  }

  /**
   * Searches for the bad id in a refused batch. First it makes sure that the server does not refuse every query: one that it
   * accepted before proves nothing where the error may mean that it is in trouble now.
   */
  async #isolate(part: Part, refusal: TrackerError): Promise<void> {
    const [first] = part.ids;
    const accepts = part.isolating || (this.#accepts && !refusal.idMayBeBad);
    if (part.ids.length === 1) {
      this.#suspects.set(first as string, refusal);
    } else if (accepts || (await this.#probe(refusal)) || this.#error === undefined) {
      // Without time for the probe, the next tick goes on with a half: asking for all again would never end. An error of the
      // probe ends the run.
      this.#parts.unshift(...bisect(part.ids).map((ids) => ({ ids, isolating: true })));
    }
  }

  /**
   * Makes refused ids invalid if the server accepts another id after them. With a wrong setting, or while the database
   * fails, the server refuses every id, and no payment must be given up.
   *
   * @returns whether some are to be asked for once more
   */
  async #judgeSuspects(): Promise<boolean> {
    const [first] = this.#suspects.values();
    if (first === undefined) return false;
    if (!this.#mayJudge) this.#error ??= first;
    const before = this.#askedAgain.size;
    if (this.#error === undefined && (await this.#probe(first))) return this.#askedAgain.size > before;
    const ids = [...this.#suspects.keys()];
    if (this.#error === undefined) this.#parts.unshift({ ids, isolating: true });
    else this.#failed = [...this.#failed, ...ids];
    return false;
  }

  /**
   * Asks for an id that the server accepted before. If there is none, asks without a condition on the id.
   *
   * @returns false when that failed, or when there is no time for it
   */
  async #probe(refusal: TrackerError): Promise<boolean> {
    const { source, clock, want, report } = this.#options;
    const known = this.#acceptedId ?? this.#options.acceptedId;
    if (!(await this.#mayAsk(0, true))) return false;
    const recordIds = known === undefined ? [] : [known];
    const context = { deadline: clock.now() + this.#allowed(clock.now()), report };
    try {
      await source.list({ recordIds, want, limit: 1 }, context);
      this.#accept(known);
      return true;
    } catch (error) {
      if (!(error instanceof TrackerError)) throw error;
      this.#error = error instanceof InvalidQueryError ? refusal : error;
      return false;
    }
  }

  /**
   * Notes that the server accepted a query. If it asked for an id, the ids refused before are bad. One whose refusal may have
   * had a reason that is over now, trouble of the server or a wrong setting, is asked for once more.
   */
  #accept(recordId: string | undefined): void {
    this.#accepts = true;
    this.#tooLarge = undefined;
    if (recordId === undefined) return;
    const isFirst = !this.#mayJudge;
    this.#acceptedId = recordId;
    for (const [id, { problem, idMayBeBad }] of this.#suspects) {
      if (!(idMayBeBad || isFirst) || this.#askedAgain.has(id)) this.#invalid.set(id, problem);
      else {
        this.#askedAgain.add(id);
        this.#parts.unshift({ ids: [id], isolating: true });
      }
    }
    this.#suspects.clear();
  }

  #planNext(ids: readonly string[]): Batch {
    const { source, want } = this.#options;
    return nextBatch(ids, want, {
      fitsUrl: (some, what) => source.fitsUrl(some, what),
      bulkList: this.#bulkList !== false,
      pageCap: this.#pageCap,
      maxIds: this.#size.ids,
    });
  }
}

/** The page holds none of the records asked for, and is not the last page: asking again would never end. */
function endlessAnswer(query: RecordQuery): InvalidResponseError {
  return new InvalidResponseError({
    operation: 'list records',
    target: `a page about ${query.recordIds.length} record ids`,
    problem: 'the server promises more records, but gave none of those asked for',
    hint: 'See what stands between the tracker and NocoDB: a proxy or a cache that alters answers.',
  });
}

import type { Clock } from './clock.ts';
import type { Cursor } from './control-state.ts';
import {
  BulkListUnsupportedError,
  InvalidQueryError,
  InvalidResponseError,
  TrackerError,
  UrlTooLongError,
} from './errors.ts';
import { type Batch, bisect, idsOf, PLAN_LIMITS, planBatches } from './query-plan.ts';
import type { RecordPage, RecordQuery, RecordSource, RequestContext, SourceRecord } from './record-source.ts';

/**
 * The shortest time between two requests, milliseconds: 4 a second. NocoDB allows 5 a second and user, then answers 429
 * and blocks for 30 s (https://docs.nocodb.com, "Rate limit"); the bots' own requests need the rest.
 */
export const REQUEST_SPACING = 250;

/** What to ask, and with what. */
export interface FetchOptions {
  readonly source: RecordSource;
  readonly clock: Clock;
  readonly want: RecordQuery['want'];
  /** Whether the server has bulk lists, as far as is known: `undefined` tries. */
  readonly bulkList: boolean | undefined;
  /** Where the last pass stopped. */
  readonly cursor: Cursor | undefined;
  readonly context: RequestContext;
}

/** What the source said. */
export interface FetchResult {
  /** The records found, by id; only ids that were asked for. */
  readonly records: ReadonlyMap<string, SourceRecord>;
  /** Ids with a complete answer: one of these without a record is not there (or not paid, if that was asked). */
  readonly answered: ReadonlySet<string>;
  /** Ids that the server refuses, with its reason. */
  readonly invalid: ReadonlyMap<string, string>;
  /** Where the next pass starts; `undefined` when nothing was left over. */
  readonly cursor: Cursor | undefined;
  /** Whether the server has bulk lists, as far as is known now. */
  readonly bulkList: boolean | undefined;
  /** Pages the server cut shorter than it was asked for. */
  readonly cutPages: number;
  /** What ended the pass early; the answers before it count all the same. */
  readonly error: TrackerError | undefined;
}

/**
 * Asks the source for records, in as few requests as it allows, until all are answered or the deadline is near.
 *
 * Never throws for what the source does: an error is a part of the answer, beside what was learned before it.
 *
 * @param recordIds distinct, ordered
 */
export async function fetchRecords(
  recordIds: readonly string[],
  options: FetchOptions,
): Promise<FetchResult> {
  const pass = new BatchFetch(recordIds, options);
  await pass.run();
  return pass.answer();
}

/** One pass over the ids: the questions still to ask, and what has been learned. */
class BatchFetch {
  readonly #options: FetchOptions;
  readonly #records = new Map<string, SourceRecord>();
  readonly #answered = new Set<string>();
  /** Ids refused alone, until the server is seen to accept a query after that. */
  readonly #suspects = new Map<string, InvalidQueryError>();
  readonly #invalid = new Map<string, string>();
  #questions: Batch[];
  #bulkList: boolean | undefined;
  #pageCap: number = PLAN_LIMITS.pageSize;
  /** Whether the server was seen to accept a query in this pass. */
  #accepted = false;
  #lastRequestAt = Number.NEGATIVE_INFINITY;
  #cutPages = 0;
  #error: TrackerError | undefined;

  constructor(recordIds: readonly string[], options: FetchOptions) {
    this.#options = options;
    this.#bulkList = options.bulkList;
    this.#questions = startingAt(recordIds, options.cursor).flatMap(({ ids, isolating }) =>
      this.#plan(ids, isolating),
    );
  }

  answer(): FetchResult {
    const next = this.#questions[0];
    return {
      records: this.#records,
      answered: this.#answered,
      invalid: this.#invalid,
      cursor: next && cursorTo(next),
      bulkList: this.#bulkList,
      cutPages: this.#cutPages,
      error: this.#error,
    };
  }

  async run(): Promise<void> {
    while (this.#error === undefined && this.#questions.length > 0) {
      if (!(await this.#waitForTurn())) return;
      const question = this.#questions.shift() as Batch;
      try {
        this.#learn(question, await this.#send(question));
      } catch (error) {
        await this.#recover(question, error);
      }
    }
    await this.#judgeSuspects();
  }

  /** Keeps requests apart. @returns false when the deadline comes first */
  async #waitForTurn(): Promise<boolean> {
    const { clock, context } = this.#options;
    const wait = Math.max(0, this.#lastRequestAt + REQUEST_SPACING - clock.now());
    if (clock.now() + wait >= context.deadline) return false;
    if (wait > 0) await clock.sleep(wait);
    this.#lastRequestAt = clock.now();
    return true;
  }

  async #send(question: Batch): Promise<readonly RecordPage[]> {
    const { source, context } = this.#options;
    if (question.form === 'get') return [await source.list(question.queries[0] as RecordQuery, context)];
    const pages = await source.listMany(question.queries, context);
    this.#bulkList = true;
    return pages;
  }

  #learn(question: Batch, pages: readonly RecordPage[]): void {
    this.#accept();
    const left: string[] = [];
    for (const [index, query] of question.queries.entries()) {
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
    this.#questions.unshift(...this.#plan(left, question.isolating));
  }

  async #recover(question: Batch, error: unknown): Promise<void> {
    const ids = idsOf(question);
    if (error instanceof BulkListUnsupportedError) {
      this.#bulkList = false;
      this.#questions = [question, ...this.#questions].flatMap((each) =>
        this.#plan(idsOf(each), each.isolating),
      );
    } else if (error instanceof InvalidQueryError) {
      await this.#isolate(question, error);
    } else if (error instanceof UrlTooLongError && ids.length > 1) {
      this.#split(ids);
    } else if (error instanceof TrackerError) {
      this.#error = error;
    } else {
      throw error;
    }
  }

  /** Looks for the id that makes the server refuse a question, unless it refuses the query as such. */
  async #isolate(question: Batch, refusal: InvalidQueryError): Promise<void> {
    const ids = idsOf(question);
    if (ids.length === 1) {
      this.#suspects.set(ids[0] as string, refusal);
      return;
    }
    if (!this.#accepted && !(await this.#probe(refusal))) {
      if (this.#error === undefined) this.#questions.unshift(question);
      return;
    }
    this.#split(ids);
  }

  /**
   * Ids that were refused are invalid only if the server accepts a query after that: with a wrong setting, or a database
   * that fails, every id is refused, and no payment may be given up for that.
   */
  async #judgeSuspects(): Promise<void> {
    const [first] = this.#suspects.values();
    if (first === undefined || this.#error !== undefined) return;
    if (await this.#probe(first)) return;
    if (this.#error === undefined) this.#questions.push(...this.#plan([...this.#suspects.keys()], true));
  }

  /** Asks the same without a condition on the id. @returns false when that failed, or when there is no time for it */
  async #probe(refusal: InvalidQueryError): Promise<boolean> {
    const { source, context, want } = this.#options;
    if (!(await this.#waitForTurn())) return false;
    try {
      await source.list({ recordIds: [], want, limit: 1 }, context);
      this.#accept();
      return true;
    } catch (error) {
      if (!(error instanceof TrackerError)) throw error;
      this.#error = error instanceof InvalidQueryError ? refusal : error;
      return false;
    }
  }

  /** The server accepts queries: what it refused before, it refused for the id. */
  #accept(): void {
    this.#accepted = true;
    for (const [id, { problem }] of this.#suspects) this.#invalid.set(id, problem);
    this.#suspects.clear();
  }

  #split(ids: readonly string[]): void {
    this.#questions.unshift(...bisect(ids).flatMap((part) => this.#plan(part, true)));
  }

  #plan(ids: readonly string[], isolating = false): Batch[] {
    const { source, want } = this.#options;
    const context = {
      fitsUrl: (some: readonly string[], what: RecordQuery['want']) => source.fitsUrl(some, what),
      bulkList: this.#bulkList !== false,
      pageCap: this.#pageCap,
    };
    const questions = planBatches(ids, want, context);
    return isolating ? questions.map((question) => ({ ...question, isolating })) : questions;
  }
}

/** A page without any of the records asked for, and yet not the last: asking on would never end. */
function endlessAnswer(query: RecordQuery): InvalidResponseError {
  return new InvalidResponseError({
    operation: 'list records',
    target: `a page about ${query.recordIds.length} record ids`,
    problem: 'the server promises more records, but gave none of those asked for',
    hint: 'See what stands between the tracker and NocoDB: a proxy or a cache that alters answers.',
  });
}

/** The ids from the cursor on, then those before it; a part being isolated stays a question of its own. */
export function startingAt(
  ids: readonly string[],
  cursor: Cursor | undefined,
): { ids: string[]; isolating?: boolean }[] {
  if (cursor === undefined) return [{ ids: [...ids] }];
  const found = ids.findIndex((id) => id >= cursor.from);
  const start = Math.max(found, 0);
  const rotated = [...ids.slice(start), ...ids.slice(0, start)];
  if (cursor.alone === undefined) return [{ ids: rotated }];
  return [{ ids: rotated.slice(0, cursor.alone), isolating: true }, { ids: rotated.slice(cursor.alone) }];
}

/** Where the next pass starts when this question is the first that was not asked. */
export function cursorTo(question: Batch): Cursor {
  const ids = idsOf(question);
  const from = ids[0] as string;
  return question.isolating ? { from, alone: ids.length } : { from };
}

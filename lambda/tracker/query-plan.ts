import type { RecordQuery, RecordSource } from './record-source.ts';

/** What one request may ask for. */
export const PLAN_LIMITS = {
  /** Ids in one query, and records a page is asked for: NocoDB's largest page, so that every answer fits in one. */
  pageSize: 1000,
  /** Queries in one bulk list. Only a server with a small page cap makes more than 20 of them. */
  queriesPerRequest: 100,
  /** Ids in one bulk list. 100,000 were answered in one call; fewer keep the answer of each well inside a tick. */
  idsPerRequest: 20_000,
  /** Bytes of ids in one bulk list: half of what nginx takes for a request body by default (1 MB). */
  bytesPerRequest: 512 * 1024,
} as const;

/** What one request asks: a GET with one query, or a bulk list with several. */
export interface Batch {
  readonly form: 'get' | 'bulk';
  readonly queries: readonly RecordQuery[];
  /** It is a part of a question that the server refused. */
  readonly isolating?: boolean;
}

/** What the plan has to know about the server. */
export interface PlanContext {
  readonly fitsUrl: RecordSource['fitsUrl'];
  /** Whether to use bulk lists above the size of a GET. */
  readonly bulkList: boolean;
  /** The most records that the server was seen to put on a page; at most `PLAN_LIMITS.pageSize`. */
  readonly pageCap: number;
}

/** The fewest requests that ask for all ids: one GET; else bulk lists; else GETs. Keeps the order of the ids. */
export function planBatches(
  recordIds: readonly string[],
  want: RecordQuery['want'],
  { fitsUrl, bulkList, pageCap }: PlanContext,
): Batch[] {
  const query = (ids: readonly string[]): RecordQuery => ({
    recordIds: ids,
    want,
    limit: PLAN_LIMITS.pageSize,
  });
  const fitsGet = (ids: readonly string[]) => ids.length <= pageCap && fitsUrl(ids, want);
  if (!bulkList || fitsGet(recordIds)) {
    return chunk(recordIds, fitsGet).map((ids) => ({ form: 'get', queries: [query(ids)] }));
  }
  const idsPerRequest = Math.min(PLAN_LIMITS.idsPerRequest, pageCap * PLAN_LIMITS.queriesPerRequest);
  const fitsBody = (ids: readonly string[]) =>
    ids.length <= idsPerRequest && bytesOf(ids) <= PLAN_LIMITS.bytesPerRequest;
  return chunk(recordIds, fitsBody).map((ids) => ({
    form: 'bulk',
    queries: chunk(ids, (part) => part.length <= pageCap).map(query),
  }));
}

/** All ids of a question, in order. */
export function idsOf(question: Batch): string[] {
  return question.queries.flatMap((query) => [...query.recordIds]);
}

/**
 * Splits the ids of a refused question in two. Most poison is a text id among integers, or one that is too large for
 * the column: where there are such, one split parts them from all others. Otherwise it halves.
 */
export function bisect(recordIds: readonly string[]): [string[], string[]] {
  const plain = recordIds.filter(isSmallInteger);
  if (plain.length > 0 && plain.length < recordIds.length) {
    return [plain, recordIds.filter((id) => !isSmallInteger(id))];
  }
  const middle = Math.ceil(recordIds.length / 2);
  return [recordIds.slice(0, middle), recordIds.slice(middle)];
}

/** PostgreSQL's and SQLite's `integer`, NocoDB's default type of an Id. */
function isSmallInteger(recordId: string): boolean {
  return /^\d{1,10}$/.test(recordId) && Number(recordId) <= 2 ** 31 - 1;
}

function bytesOf(ids: readonly string[]): number {
  return ids.reduce((bytes, id) => bytes + id.length + 1, 0);
}

/** Cuts a list into the longest runs that fit; a single item always counts as fitting. */
function chunk(ids: readonly string[], fits: (ids: readonly string[]) => boolean): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < ids.length; ) {
    let end = longestFit(ids, start, fits);
    if (end === start) end = start + 1;
    chunks.push(ids.slice(start, end));
    start = end;
  }
  return chunks;
}

/** Binary search for the end of the longest run from `start` that fits. */
function longestFit(
  ids: readonly string[],
  start: number,
  fits: (ids: readonly string[]) => boolean,
): number {
  let low = start;
  let high = Math.min(ids.length, start + PLAN_LIMITS.idsPerRequest);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(ids.slice(start, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

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

/** The ids of one request: a GET with one query, or a bulk list with several. */
export interface Batch {
  readonly form: 'get' | 'bulk';
  readonly queries: readonly RecordQuery[];
}

/** What the plan has to know about the server. */
export interface PlanContext {
  readonly fitsUrl: RecordSource['fitsUrl'];
  /** Whether to use bulk lists above the size of a GET. */
  readonly bulkList: boolean;
  /** The most records that the server was seen to put on a page; at most `PLAN_LIMITS.pageSize`. */
  readonly pageCap: number;
  /** The most ids in a request that the server is known to carry. */
  readonly maxIds: number;
}

/**
 * The request to begin with, of the fewest that ask for all ids: one GET where they fit; else bulk lists; else GETs.
 *
 * @param recordIds at least one; the batch takes as many of the first as it may
 */
export function nextBatch(
  recordIds: readonly string[],
  want: RecordQuery['want'],
  { fitsUrl, bulkList, pageCap, maxIds }: PlanContext,
): Batch {
  const query = (ids: readonly string[]): RecordQuery => ({
    recordIds: ids,
    want,
    limit: PLAN_LIMITS.pageSize,
  });
  const idsPerGet = Math.min(pageCap, maxIds);
  const fitsGet = (ids: readonly string[]) => ids.length <= idsPerGet && fitsUrl(ids, want);
  const idsPerRequest = Math.min(PLAN_LIMITS.idsPerRequest, pageCap * PLAN_LIMITS.queriesPerRequest, maxIds);
  const fitsBody = (ids: readonly string[]) =>
    ids.length <= idsPerRequest && bytesOf(ids) <= PLAN_LIMITS.bytesPerRequest;

  const inBody = bulkList ? recordIds.slice(0, longestFit(recordIds, fitsBody)) : [];
  if (!bulkList || fitsGet(inBody)) {
    return { form: 'get', queries: [query(recordIds.slice(0, longestFit(recordIds, fitsGet)))] };
  }
  const queries: RecordQuery[] = [];
  for (let start = 0; start < inBody.length; start += pageCap) {
    queries.push(query(inBody.slice(start, start + pageCap)));
  }
  return { form: 'bulk', queries };
}

/** All ids of a batch, in order. */
export function idsOf(batch: Batch): string[] {
  return batch.queries.flatMap((query) => [...query.recordIds]);
}

/**
 * Splits the ids of a refused batch in two. Most bad ids are text among integers, or too large for the column: where
 * there are such, one split separates them from all others. Otherwise it halves.
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

/** Binary search for how many of the first ids fit; one always counts as fitting. */
function longestFit(ids: readonly string[], fits: (ids: readonly string[]) => boolean): number {
  let low = 1;
  let high = Math.min(ids.length, PLAN_LIMITS.idsPerRequest);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(ids.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

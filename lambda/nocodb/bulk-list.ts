import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { BulkListUnsupportedError, TrackerError } from '../tracker/errors.ts';
import type { RecordPage, RecordQuery, RequestContext } from '../tracker/record-source.ts';
import type { JsonResponse, NocoDbClient } from './client.ts';
import type { Dialect, ListQuery } from './dialect.ts';
import { ErrorResponse, isPathUnknown } from './error-response.ts';
import { describeQuery, idList } from './query.ts';
import { asObject, type RecordFormat, UnexpectedShapeError } from './read-response.ts';

// `POST …/bulk/datalist` of API v2: several lists in one request, without the limit of a URL. It is not in NocoDB's public
// documentation, and API v3 has nothing like it.

/** The body of a bulk list. Its values are not encoded, and each limit applies to its own query. */
export function bulkBody(
  settings: NocoDbSettings,
  queries: readonly RecordQuery[],
  dialect: Dialect,
): (ListQuery & { readonly alias: string })[] {
  return queries.map((query, index) => ({ alias: aliasOf(index), ...idList(settings, query, dialect) }));
}

/** The name under which the response holds the page of a query. */
function aliasOf(index: number): string {
  return `q${index}`;
}

/**
 * Reads the response to a bulk list: a page under each query's alias.
 *
 * @param count the number of queries
 * @throws {UnexpectedShapeError} also when a query has no page
 */
export function readBulkPages(
  json: unknown,
  count: number,
  dialect: Dialect,
  format: RecordFormat,
): RecordPage[] {
  const pages = asObject(json, 'the answer');
  return Array.from({ length: count }, (_, index) => {
    const alias = aliasOf(index);
    if (!Object.hasOwn(pages, alias)) {
      throw new UnexpectedShapeError(`query ${alias} of ${count} has no answer`);
    }
    return dialect.readPage(pages[alias], format);
  });
}

const OPERATION = 'list records';

/** @throws {BulkListUnsupportedError} when the API or the server has no bulk lists */
export async function sendBulkList(
  client: NocoDbClient,
  dialect: Dialect,
  settings: NocoDbSettings,
  queries: readonly RecordQuery[],
  context: RequestContext,
): Promise<JsonResponse> {
  const { bulkListPath: path, version } = dialect;
  if (path === undefined) throw unsupported(settings.apiUrl, `NocoDB's API ${version} has no bulk lists`);
  try {
    return await client.send(
      {
        operation: OPERATION,
        method: 'POST',
        path,
        body: bulkBody(settings, queries, dialect),
        params: describeQueries(settings, queries, dialect),
        recordIds: queries.reduce((sum, { recordIds }) => sum + recordIds.length, 0),
        repeatable: true,
        // A server without bulk lists may answer 501 Not Implemented, and would do so again.
        finalStatuses: [501],
      },
      context,
    );
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    const { target, cause } = error;
    if (!(cause instanceof ErrorResponse) || !lacksBulkLists(cause)) throw error;
    const reason = cause.reason === '' ? '' : ` ${cause.reason}`;
    throw unsupported(target, `the server has no bulk lists (${cause.status}${reason})`, cause);
  }
}

function unsupported(target: string, problem: string, cause?: ErrorResponse): BulkListUnsupportedError {
  return new BulkListUnsupportedError({
    operation: OPERATION,
    target,
    problem,
    hint: 'The tracker goes on with single lists; NocoDB 0.262 and later has bulk lists in its API v2.',
    cause,
  });
}

/** Whether the server does not know the path, or does not understand the body. */
function lacksBulkLists(response: ErrorResponse): boolean {
  const { status, code, reason, fromNocoDb } = response;
  const isBodyUnknown = status === 400 && (!fromNocoDb || reason.includes('bulkFilterList'));
  return isPathUnknown(response) || (code === undefined && (status === 501 || isBodyUnknown));
}

/** Queries that a log shows of a bulk list. */
const SHOWN_QUERIES = 2;

/** A bulk list for a log: the first queries and the number of the others. */
export function describeQueries(
  settings: NocoDbSettings,
  queries: readonly RecordQuery[],
  dialect: Dialect,
): string {
  const shown = queries.slice(0, SHOWN_QUERIES).map((query) => describeQuery(settings, query, dialect));
  const more = queries.length > SHOWN_QUERIES ? [`…+${queries.length - SHOWN_QUERIES}`] : [];
  return [...shown, ...more].join(' | ');
}

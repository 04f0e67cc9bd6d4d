import { createHash } from 'node:crypto';
import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import {
  BulkListUnsupportedError,
  ChangesUnsupportedError,
  FieldNotFoundError,
  InvalidQueryError,
  TrackerError,
} from '../tracker/errors.ts';
import { RECORD_ID_PATTERN } from '../tracker/payment.ts';
import type {
  ChangeQuery,
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
} from '../tracker/record-source.ts';
import type { WatchedTable } from '../tracker/watched-table.ts';
import {
  type ApiCall,
  type ClientOptions,
  createNocoDbClient,
  type JsonResponse,
  type NocoDbClient,
} from './client.ts';
import { ErrorResponse } from './error-response.ts';
import { createFieldTitles, findChangeFields, readTableFields, readTableName } from './fields.ts';
import {
  bulkBody,
  type ChangeFields,
  changedQueryString,
  describeQueries,
  describeQuery,
  fitsUrl,
  queryString,
  tablePath,
} from './query.ts';
import { FieldAbsentError, readBulkPages, readPage, readResponse } from './read-response.ts';

/**
 * The records of a NocoDB table, through its v2 API.
 *
 * Keep one for the life of the process: it keeps the connection during a tick, and the titles of the fields.
 *
 * @example
 * const { nocodb } = parseTrackerSettings(process.env);
 * const source = createRecordSource(nocodb, { token, clock: systemClock, random: Math.random });
 */
export function createRecordSource(
  settings: NocoDbSettings,
  options: Omit<ClientOptions, 'apiUrl'>,
): RecordSource {
  const client = createNocoDbClient({ apiUrl: settings.apiUrl, ...options });
  const titles = createFieldTitles(settings, client);

  function readPages<T extends readonly RecordPage[]>(
    response: JsonResponse,
    context: RequestContext,
    read: (json: unknown) => T,
  ): T {
    try {
      return readResponse(response, context, read, countRecords);
    } catch (error) {
      if (error instanceof TrackerError && error.cause instanceof FieldAbsentError) titles.forget();
      throw error;
    }
  }

  let changeFields: ChangeFields | undefined;

  async function readChangeFields(context: RequestContext): Promise<ChangeFields> {
    const fields = findChangeFields(await readTableFields(client, settings, context));
    if (fields !== undefined) return fields;
    throw new ChangesUnsupportedError({
      operation: CHANGES_OPERATION,
      target: `table ${settings.tableId} of ${settings.apiUrl}`,
      problem: 'the table has no field of the type LastModifiedTime',
      hint: 'Nothing has to be done: the sweep finds what is paid. Add such a field in NocoDB to find it sooner.',
    });
  }

  return {
    fitsUrl: (recordIds, want) => fitsUrl(settings, recordIds, want),

    async list(query, context) {
      checkRecordIds([query], settings);
      const format = await titles.format(context);
      const response = await client.send(listCall(settings, query), context);
      const [page] = readPages(response, context, (json): [RecordPage] => [readPage(json, format)]);
      return page;
    },

    async listMany(queries, context) {
      checkRecordIds(queries, settings);
      const format = await titles.format(context);
      const response = await sendBulkList(client, bulkListCall(settings, queries), context);
      return readPages(response, context, (json) => readBulkPages(json, queries.length, format));
    },

    async listChanged(query, context) {
      const format = await titles.format(context);
      changeFields ??= await readChangeFields(context);
      try {
        const response = await client.send(changesCall(settings, changeFields, query), context);
        const [page] = readPages(response, context, (json): [RecordPage] => [readPage(json, format)]);
        const { serverTime } = response;
        return { ...page, ...(serverTime !== undefined && { serverTime }) };
      } catch (error) {
        // They may have been deleted and added anew since they were looked up.
        if (error instanceof FieldNotFoundError) changeFields = undefined;
        throw error;
      }
    },

    tableName: (context) => readTableName(client, settings, context),
  };
}

/** The table in the settings, as the tracker remembers it. */
export function toWatchedTable({ tableId, ownerField }: NocoDbSettings): WatchedTable {
  return { id: tableId, comparesOwners: ownerField !== undefined };
}

/**
 * A short name for the table and the fields in the settings. It changes when any of them changes, so that what the
 * tracker learned about one table is not applied to another. 16 hex digits.
 */
export function sourceName(settings: NocoDbSettings): string {
  const { apiUrl, tableId, idField, paidField, paidValues, ownerField } = settings;
  const parts = [apiUrl, tableId, idField, paidField, paidValues ?? null, ownerField ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

const OPERATION = 'list records';
const CHANGES_OPERATION = 'list changed records';

function listCall(settings: NocoDbSettings, query: RecordQuery): ApiCall {
  return {
    operation: OPERATION,
    method: 'GET',
    path: tablePath(settings, 'records'),
    query: queryString(settings, query),
    params: describeQuery(settings, query),
    recordIds: query.recordIds.length,
    repeatable: true,
  };
}

function changesCall(settings: NocoDbSettings, fields: ChangeFields, query: ChangeQuery): ApiCall {
  const text = changedQueryString(settings, fields, query);
  return {
    operation: CHANGES_OPERATION,
    method: 'GET',
    path: tablePath(settings, 'records'),
    query: text,
    params: decodeURIComponent(text).replaceAll('&', ' '),
    recordIds: 0,
    repeatable: true,
  };
}

function bulkListCall(settings: NocoDbSettings, queries: readonly RecordQuery[]): ApiCall {
  return {
    operation: OPERATION,
    method: 'POST',
    path: tablePath(settings, 'bulk/datalist'),
    body: bulkBody(settings, queries),
    params: describeQueries(settings, queries),
    recordIds: queries.reduce((sum, { recordIds }) => sum + recordIds.length, 0),
    repeatable: true,
    // A server without bulk lists may answer 501 Not Implemented, and would do so again.
    finalStatuses: [501],
  };
}

function countRecords(pages: readonly RecordPage[]): number {
  return pages.reduce((sum, { records }) => sum + records.length, 0);
}

/** @throws {BulkListUnsupportedError} when the error response says that the server has no bulk lists */
async function sendBulkList(
  client: NocoDbClient,
  call: ApiCall,
  context: RequestContext,
): Promise<JsonResponse> {
  try {
    return await client.send(call, context);
  } catch (error) {
    if (!(error instanceof TrackerError)) throw error;
    const { operation, target, cause } = error;
    if (!(cause instanceof ErrorResponse) || !lacksBulkLists(cause)) throw error;
    throw new BulkListUnsupportedError({
      operation,
      target,
      problem: `the server has no bulk lists (${cause.status}${cause.reason === '' ? '' : ` ${cause.reason}`})`,
      hint: 'The tracker goes on with single lists; NocoDB 0.262 and later has bulk lists.',
      cause,
    });
  }
}

/**
 * Whether the server has no bulk lists. `bulk/datalist` is not in NocoDB's public documentation, so some servers may lack
 * it: they answer 404, 405 or 501 without an error code, or do not understand the body.
 */
function lacksBulkLists({ status, code, reason, fromNocoDb }: ErrorResponse): boolean {
  if (code !== undefined) return false;
  const isBodyUnknown = status === 400 && (!fromNocoDb || reason.includes('bulkFilterList'));
  return status === 404 || status === 405 || status === 501 || isBodyUnknown;
}

/**
 * Checks the ids again: the client checks them when it tracks a payment, but other programs can write the payments table
 * too. An id that could change the meaning of the query is refused with the error that the server gives for a bad id, so
 * that the tracker isolates it in the same way.
 */
function checkRecordIds(queries: readonly RecordQuery[], { apiUrl }: NocoDbSettings): void {
  for (const { recordIds } of queries) {
    const invalid = recordIds.find((id) => !RECORD_ID_PATTERN.test(id));
    if (invalid === undefined) continue;
    throw new InvalidQueryError({
      operation: OPERATION,
      target: apiUrl,
      problem: `the record id ${JSON.stringify(invalid.slice(0, 80))} is not made of 1 to 64 letters, digits, _ and -`,
      hint: 'Track payments through the client, which checks their ids.',
    });
  }
}

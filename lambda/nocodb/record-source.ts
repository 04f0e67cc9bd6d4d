import { createHash } from 'node:crypto';
import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import {
  ChangesUnsupportedError,
  FieldNotFoundError,
  InvalidQueryError,
  TrackerError,
} from '../tracker/errors.ts';
import { RECORD_ID_PATTERN } from '../tracker/payment.ts';
import type {
  ChangePage,
  ChangeQuery,
  RecordPage,
  RecordQuery,
  RecordSource,
  RequestContext,
} from '../tracker/record-source.ts';
import type { WatchedTable } from '../tracker/watched-table.ts';
import { createNocoDbApi, type NocoDbApi } from './api.ts';
import { readBulkPages, sendBulkList } from './bulk-list.ts';
import { type ClientOptions, createNocoDbClient, type JsonResponse } from './client.ts';
import { createFieldTitles, findChangeFields, OWN_FIELDS } from './fields.ts';
import { fitsUrl } from './fits-url.ts';
import { type ChangeFields, changedList, describeQuery, idList, listCall } from './query.ts';
import { FieldAbsentError, readResponse } from './read-response.ts';

/**
 * The records of a NocoDB table, through its API v2 or v3.
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
  return recordSourceOf(createNocoDbApi(settings, client, options.clock));
}

/** The record source of an API that other callers share. */
export function recordSourceOf(api: NocoDbApi): RecordSource {
  const { settings, client } = api;
  const titles = createFieldTitles(api);

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
    const found = findChangeFields(await api.readTable(context));
    if (found === undefined) throw changesUnsupported(settings);
    return found;
  }

  async function listChanged(query: ChangeQuery, context: RequestContext): Promise<ChangePage> {
    const format = await titles.format(context);
    const wereKnown = changeFields !== undefined;
    changeFields ??= await readChangeFields(context);
    const fields = changeFields;
    try {
      return await api.ask(context, async (dialect) => {
        const list = changedList(settings, fields, query, dialect);
        const response = await client.send(listCall(dialect, CHANGES_OPERATION, list), context);
        const [page] = readPages(response, context, (json): [RecordPage] => [dialect.readPage(json, format)]);
        const { serverTime } = response;
        return { ...page, ...(serverTime !== undefined && { serverTime }) };
      });
    } catch (error) {
      if (!(error instanceof FieldNotFoundError)) throw error;
      changeFields = undefined;
      // They may have been renamed, or deleted and added anew, since they were looked up.
      if (wereKnown) return listChanged(query, context);
      throw fields === OWN_FIELDS ? changesUnsupported(settings, error) : error;
    }
  }

  return {
    fitsUrl: (recordIds, want) => fitsUrl(settings, recordIds, want),

    async list(query, context) {
      checkRecordIds([query], settings);
      const format = await titles.format(context);
      return api.ask(context, async (dialect) => {
        const about = { params: describeQuery(settings, query, dialect), recordIds: query.recordIds.length };
        const call = listCall(dialect, 'list records', idList(settings, query, dialect), about);
        const response = await client.send(call, context);
        const [page] = readPages(response, context, (json): [RecordPage] => [dialect.readPage(json, format)]);
        return page;
      });
    },

    async listMany(queries, context) {
      checkRecordIds(queries, settings);
      const format = await titles.format(context);
      return api.ask(context, async (dialect) => {
        const response = await sendBulkList(client, dialect, settings, queries, context);
        return readPages(response, context, (json) => readBulkPages(json, queries.length, dialect, format));
      });
    },

    listChanged,

    async tableName(context) {
      const { title = settings.tableId, baseId } = await api.readTable(context);
      return { title: title.slice(0, MAX_TITLE), ...(baseId !== undefined && { base: baseId }) };
    },

    recall: api.recall,
    facts: api.facts,
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

/** Characters of a table's title that are kept: the control item has room for no more. */
const MAX_TITLE = 60;

const CHANGES_OPERATION = 'list changed records';

function changesUnsupported(
  { apiUrl, tableId }: NocoDbSettings,
  cause?: TrackerError,
): ChangesUnsupportedError {
  return new ChangesUnsupportedError({
    operation: CHANGES_OPERATION,
    target: `table ${tableId} of ${apiUrl}`,
    problem: 'the table has no field of the type LastModifiedTime',
    hint: 'Nothing has to be done: the sweep finds what is paid. Add such a field in NocoDB to find it sooner.',
    cause,
  });
}

function countRecords(pages: readonly RecordPage[]): number {
  return pages.reduce((sum, { records }) => sum + records.length, 0);
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
      operation: 'list records',
      target: apiUrl,
      problem: `the record id ${JSON.stringify(invalid.slice(0, 80))} is not made of 1 to 64 letters, digits, _ and -`,
      hint: 'Track payments through the client, which checks their ids.',
    });
  }
}

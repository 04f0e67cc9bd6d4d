import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { Clock } from '../tracker/clock.ts';
import { BulkListUnsupportedError, InvalidQueryError } from '../tracker/errors.ts';
import { RECORD_ID_PATTERN } from '../tracker/payment.ts';
import type { RecordPage, RecordQuery, RecordSource, RequestContext } from '../tracker/record-source.ts';
import { type ApiCall, createNocoDbClient, type Reading } from './client.ts';
import type { Refusal } from './error-response.ts';
import { createFieldTitles } from './fields.ts';
import { bulkBody, describeQueries, describeQuery, fitsUrl, queryString, tablePath } from './query.ts';
import { FieldAbsentError, type RecordFormat, readBulkPages, readPage } from './read-response.ts';
import type { CallNames } from './retry.ts';
import type { TokenProvider } from './token.ts';

/** What the source needs beside its settings. */
export interface RecordSourceOptions {
  readonly token: TokenProvider;
  readonly clock: Clock;
  /** For the jitter of back-offs: from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** @default an undici `Agent` of its own, with short-lived connections */
  readonly dispatcher?: Dispatcher;
}

const OPERATION = 'list records';

/**
 * The records of a NocoDB table, through its v2 API.
 *
 * Keep one for the life of the process: it keeps connections within a tick, and what it has learned of field titles.
 *
 * @example
 * const { nocodb } = parseTrackerSettings(process.env);
 * const source = createRecordSource(nocodb, { token, clock: systemClock, random: Math.random });
 */
export function createRecordSource(settings: NocoDbSettings, options: RecordSourceOptions): RecordSource {
  const client = createNocoDbClient({ apiUrl: settings.apiUrl, ...options });
  const titles = createFieldTitles(settings, client);

  async function send<T>(
    queries: readonly RecordQuery[],
    context: RequestContext,
    call: Pick<ApiCall<T>, 'method' | 'path' | 'query' | 'body' | 'params' | 'readRefusal'>,
    read: (answer: unknown, format: RecordFormat) => Reading<T>,
  ): Promise<T> {
    refuseStrangeIds(queries, settings);
    const format = await titles.format(context);
    return client.send(
      {
        ...call,
        operation: OPERATION,
        recordIds: queries.reduce((sum, { recordIds }) => sum + recordIds.length, 0),
        repeatable: true,
        read: (answer) => readOrForget(() => read(answer, format)),
      },
      context,
    );
  }

  function readOrForget<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof FieldAbsentError) titles.forget();
      throw error;
    }
  }

  return {
    fitsUrl: (recordIds, want) => fitsUrl(settings, recordIds, want),

    list: (query, context) =>
      send<RecordPage>(
        [query],
        context,
        {
          method: 'GET',
          path: tablePath(settings, 'records'),
          query: queryString(settings, query),
          params: describeQuery(settings, query),
        },
        (answer, format) => {
          const page = readPage(answer, format);
          return { value: page, records: page.records.length };
        },
      ),

    listMany: (queries, context) =>
      send<readonly RecordPage[]>(
        queries,
        context,
        {
          method: 'POST',
          path: tablePath(settings, 'bulk/datalist'),
          body: bulkBody(settings, queries),
          params: describeQueries(settings, queries),
          readRefusal: readBulkRefusal,
        },
        (answer, format) => {
          const pages = readBulkPages(answer, queries.length, format);
          return { value: pages, records: pages.reduce((sum, { records }) => sum + records.length, 0) };
        },
      ),
  };
}

/**
 * `bulk/datalist` is not in NocoDB's public documentation, so servers without it have to be expected: they answer with a
 * 404 or 405 without an error code, or they do not know the body.
 */
function readBulkRefusal(refusal: Refusal, names: CallNames): BulkListUnsupportedError | undefined {
  const { status, code, reason, fromNocoDb } = refusal;
  const isUnknownPath = (status === 404 || status === 405 || status === 501) && code === undefined;
  const isUnknownBody =
    status === 400 && code === undefined && (!fromNocoDb || reason.includes('bulkFilterList'));
  if (!isUnknownPath && !isUnknownBody) return undefined;
  return new BulkListUnsupportedError({
    ...names,
    problem: `the server has no bulk lists (${status}${reason === '' ? '' : ` ${reason}`})`,
    hint: 'The tracker goes on with single lists; NocoDB 0.262 and later has bulk lists.',
  });
}

/**
 * Ids are checked when they are tracked, but other programs can write the table too. One that could change the meaning of
 * the query is refused as the server would refuse it, so that it is isolated like any other bad id.
 */
function refuseStrangeIds(queries: readonly RecordQuery[], { apiUrl }: NocoDbSettings): void {
  for (const { recordIds } of queries) {
    const strange = recordIds.find((id) => !RECORD_ID_PATTERN.test(id));
    if (strange === undefined) continue;
    throw new InvalidQueryError({
      operation: OPERATION,
      target: apiUrl,
      problem: `the record id ${JSON.stringify(strange.slice(0, 80))} is not made of 1 to 64 letters, digits, _ and -`,
      hint: 'Track payments through the client, which checks their ids.',
    });
  }
}

/**
 * A short name for the table and the fields that settings point to: another one when any of them changes, so that what
 * was learned about one table is not applied to another. 16 hex digits.
 */
export function sourceName(settings: NocoDbSettings): string {
  const { apiUrl, tableId, idField, paidField, paidValues, ownerField } = settings;
  const parts = [apiUrl, tableId, idField, paidField, paidValues ?? null, ownerField ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

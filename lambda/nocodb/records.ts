import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { InvalidResponseError } from '../tracker/errors.ts';
import { RECORD_ID_PATTERN } from '../tracker/payment.ts';
import type { RequestContext, SourceRecord } from '../tracker/record-source.ts';
import { createNocoDbApi } from './api.ts';
import { type ClientOptions, createNocoDbClient } from './client.ts';
import { createFieldTitles } from './fields.ts';
import { listCall, unpaidList } from './query.ts';
import { asRecordId, readResponse } from './read-response.ts';

/** The use of the records' table by bots and the command line. The tracker uses `RecordSource`. */
export interface NocoDbRecords {
  /**
   * Creates a record. The call is repeated only when it was certainly not received. After a timeout or a broken
   * connection the record may exist although `create` throws.
   *
   * @param fields values by field title; NocoDB ignores titles that it does not know
   * @returns the new record's id
   * @throws {TrackerError}
   */
  create(fields: Readonly<Record<string, unknown>>, context: RequestContext): Promise<string>;

  /**
   * Lists one page of the records that are not paid, ordered by id, with the owner if an owner field is configured.
   *
   * @param after the last id of the previous page; `undefined` for the first page
   * @throws {TrackerError}
   */
  listUnpaid(after: string | undefined, context: RequestContext): Promise<UnpaidPage>;
}

export interface UnpaidPage {
  readonly records: readonly SourceRecord[];
  /** The value of `after` for the next page; `undefined` when this is the last page. */
  readonly next: string | undefined;
}

/** Records in one page: the largest page of NocoDB. */
const PAGE_SIZE = 1000;

/** @example const recordId = await records.create({ Title: 'Order 17', 'TG ID': '12345' }, { deadline, report }); */
export function createRecords(
  settings: NocoDbSettings,
  options: Omit<ClientOptions, 'apiUrl'>,
): NocoDbRecords {
  const client = createNocoDbClient({ apiUrl: settings.apiUrl, ...options });
  const api = createNocoDbApi(settings, client, options.clock);
  const titles = createFieldTitles(api);

  return {
    async create(fields, context) {
      const { id } = await titles.format(context);
      return api.ask(context, async (dialect) => {
        const response = await client.send(
          {
            operation: 'create a record',
            method: 'POST',
            path: dialect.recordsPath,
            body: dialect.newRecord(fields),
            params: Object.keys(fields).join(','),
            recordIds: 0,
            repeatable: false,
          },
          context,
        );
        const read = (json: unknown) =>
          // In v2, NocoDB returns only the key of the table. Another id field is among the values that were sent.
          asRecordId(dialect.readNewId(json, id) ?? fields[id], `the new record's ${id}`);
        return readResponse(response, context, read, () => 1);
      });
    },

    async listUnpaid(after, context) {
      const format = await titles.format(context);
      return api.ask(context, async (dialect) => {
        const list = unpaidList(settings, { after, limit: PAGE_SIZE }, dialect);
        const call = listCall(dialect, 'list unpaid records', list);
        const response = await client.send(call, context);
        const page = readResponse(
          response,
          context,
          (json) => dialect.readPage(json, format),
          ({ records }) => records.length,
        );
        const last = page.records.at(-1)?.recordId;
        return {
          records: page.records.filter(({ paid }) => !paid),
          next: page.isLastPage ? undefined : nextAfter(last, after, `GET ${settings.apiUrl}${call.path}`),
        };
      });
    },
  };
}

/** The id after which the next page begins. Without this check, the same page could be asked for again and again. */
function nextAfter(last: string | undefined, after: string | undefined, target: string): string {
  if (last !== undefined && last !== after && RECORD_ID_PATTERN.test(last)) return last;
  throw new InvalidResponseError({
    operation: 'list unpaid records',
    target,
    problem: `the page ends with the record id ${JSON.stringify(last)}, after which no other page can be asked for`,
    hint: 'Use an id field whose values are made of letters, digits, _ and -.',
  });
}

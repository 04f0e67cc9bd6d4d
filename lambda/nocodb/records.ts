import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { InvalidResponseError } from '../tracker/errors.ts';
import { RECORD_ID_PATTERN } from '../tracker/payment.ts';
import type { RequestContext, SourceRecord } from '../tracker/record-source.ts';
import { createNocoDbClient } from './client.ts';
import { createFieldTitles } from './fields.ts';
import { tablePath, unpaidQueryString } from './query.ts';
import { asObject, asRecordId, readPage } from './read-response.ts';
import type { RecordSourceOptions } from './record-source.ts';

/** What bots and the command line do with the records' table beside what the tracker asks of it. */
export interface NocoDbRecords {
  /**
   * Creates a record. Sent again only when it was certainly not received, so after a timeout or a broken connection it
   * may exist all the same.
   *
   * @param fields values by field title; NocoDB ignores titles that it does not know
   * @returns the new record's id
   * @throws {TrackerError}
   */
  create(fields: Readonly<Record<string, unknown>>, context: RequestContext): Promise<string>;

  /**
   * One page of the records that are not paid, ordered by id, with the owner where an owner field is configured.
   *
   * @param after the last id of the page before; `undefined` for the first page
   * @throws {TrackerError}
   */
  listUnpaid(after: string | undefined, context: RequestContext): Promise<UnpaidPage>;
}

export interface UnpaidPage {
  readonly records: readonly SourceRecord[];
  /** What to pass as `after` for the next page; `undefined` when this is the last. */
  readonly next: string | undefined;
}

/** Records asked for in one page: NocoDB's largest. */
const PAGE_SIZE = 1000;

/** @example const recordId = await records.create({ Title: 'Order 17', 'TG ID': '12345' }, { deadline, report }); */
export function createRecords(settings: NocoDbSettings, options: RecordSourceOptions): NocoDbRecords {
  const client = createNocoDbClient({ apiUrl: settings.apiUrl, ...options });
  const titles = createFieldTitles(settings, client);
  const path = tablePath(settings, 'records');

  return {
    async create(fields, context) {
      const { id } = await titles.format(context);
      return client.send(
        {
          operation: 'create a record',
          method: 'POST',
          path,
          body: fields,
          params: Object.keys(fields).join(','),
          recordIds: 0,
          repeatable: false,
          read: (answer) => {
            const created = asObject(answer, 'the answer');
            // NocoDB answers with the table's key alone; an id field of one's own is among what was sent.
            return { value: asRecordId(created[id] ?? fields[id], `the new record's ${id}`), records: 1 };
          },
        },
        context,
      );
    },

    async listUnpaid(after, context) {
      const format = await titles.format(context);
      const query = unpaidQueryString(settings, after, PAGE_SIZE);
      const page = await client.send(
        {
          operation: 'list unpaid records',
          method: 'GET',
          path,
          query,
          params: decodeURIComponent(query).replaceAll('&', ' '),
          recordIds: 0,
          repeatable: true,
          read: (answer) => {
            const value = readPage(answer, format);
            return { value, records: value.records.length };
          },
        },
        context,
      );
      const last = page.records.at(-1)?.recordId;
      return {
        records: page.records.filter(({ paid }) => !paid),
        next: page.isLastPage ? undefined : nextAfter(last, after, `GET ${settings.apiUrl}${path}`),
      };
    },
  };
}

/** Where the next page begins. A page that does not lead on would be asked for again and again. */
function nextAfter(last: string | undefined, after: string | undefined, target: string): string {
  if (last !== undefined && last !== after && RECORD_ID_PATTERN.test(last)) return last;
  throw new InvalidResponseError({
    operation: 'list unpaid records',
    target,
    problem: `the page ends with the record id ${JSON.stringify(last)}, after which no other page can be asked for`,
    hint: 'Use an id field whose values are made of letters, digits, _ and -.',
  });
}

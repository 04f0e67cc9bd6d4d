import { asObject, type RecordFormat, readRecords } from '../nocodb/read-response.ts';
import type { SourceRecord } from '../tracker/record-source.ts';
import { WebhookRequestError } from './request-error.ts';

/**
 * Largest body that is read: 1 MB. NocoDB sends at most some hundred records in one request, each before and after the
 * change; Lambda itself accepts 6 MB.
 */
export const MAX_BODY_BYTES = 1_000_000;

/** The event type of NocoDB's webhooks (version 3) for changed records. */
const UPDATE = 'records.after.update';

/** The body of a request, as Lambda passes it. */
export interface RequestBody {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

export interface ReadEventOptions {
  /** Id of the table that the tracker watches. */
  readonly tableId: string;
  readonly format: RecordFormat;
}

/**
 * Parses the JSON in the body of a request.
 *
 * @throws {WebhookRequestError} 413 when it is too large, 400 when it is not JSON
 */
export function readBody({ body = '', isBase64Encoded }: RequestBody): unknown {
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > MAX_BODY_BYTES) {
    throw new WebhookRequestError(413, `the body has ${bytes} bytes; the maximum is ${MAX_BODY_BYTES}`);
  }
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WebhookRequestError(400, 'the body is not JSON', { cause });
  }
}

/**
 * Reads the records that became paid from the event of a NocoDB webhook (version 3, measured on 0.301.3):
 * `{ type, data: { table_id, rows, previous_rows } }`. `rows` holds the records that meet the webhook's condition,
 * `previous_rows` all records of the change as they were before; the ids connect them.
 *
 * Records that were paid before are left to the ticks: NocoDB's button "Test webhook" sends an invented record 1 that is
 * paid now and before. So are new records, whose ids no bot can have tracked.
 *
 * @throws {WebhookRequestError} 400 when it is not such an event of that table
 * @throws {UnexpectedShapeError} when a record cannot be read
 */
export function readEvent(event: unknown, { tableId, format }: ReadEventOptions): SourceRecord[] {
  const { type, data } = asObject(event, 'the body');
  if (typeof type !== 'string' || !type.startsWith('records.after.')) {
    throw new WebhookRequestError(
      400,
      'the body is not an event of a NocoDB webhook (version 3) about changed records',
    );
  }
  const { table_id: table, rows, previous_rows: previousRows = [] } = asObject(data, 'data');
  if (table !== tableId) {
    throw new WebhookRequestError(400, `the event is about another table; the tracker watches ${tableId}`);
  }
  if (type !== UPDATE) return [];
  const unpaidBefore = new Set(
    readRecords(previousRows, format)
      .filter(({ paid }) => !paid)
      .map(({ recordId }) => recordId),
  );
  return readRecords(rows, format).filter(({ paid, recordId }) => paid && unpaidBefore.has(recordId));
}

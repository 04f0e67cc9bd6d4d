import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { asObject, type RecordFormat, readRecords } from '../nocodb/read-response.ts';
import type { SourceRecord } from '../tracker/record-source.ts';
import { WebhookRefusal } from './handle-webhook.ts';

/** What NocoDB's webhooks of version 3 call the change of a record. */
const UPDATE = 'records.after.update';

export interface ReadEventOptions {
  /** The table whose records count. */
  readonly tableId: string;
  readonly format: RecordFormat;
}

/**
 * The records that became paid, out of the event of a NocoDB webhook (version 3, measured on 0.301.3):
 * `{ type, data: { table_id, rows, previous_rows } }`. `rows` holds the records that meet the webhook's condition,
 * `previous_rows` every record of the call as it was, so they are brought together by their ids.
 *
 * What was paid before is left to the ticks: NocoDB's own "Test webhook" sends a made-up record 1, paid now and before.
 * So are new records, whose ids no bot could have tracked.
 *
 * @throws {WebhookRefusal} 400, for anything else than such an event of that table
 * @throws {UnexpectedShapeError}
 */
export function readEvent(event: unknown, { tableId, format }: ReadEventOptions): SourceRecord[] {
  const { type, data } = asObject(event, 'the body');
  if (typeof type !== 'string' || !type.startsWith('records.after.')) {
    throw new WebhookRefusal(
      400,
      'it is not the event of a NocoDB webhook of version 3 after a change of records',
    );
  }
  const { table_id: table, rows, previous_rows: previousRows = [] } = asObject(data, 'data');
  if (table !== tableId) {
    throw new WebhookRefusal(400, `it is about another table than ${tableId}, which is watched`);
  }
  if (type !== UPDATE) return [];
  const unpaidBefore = new Set(
    readRecords(previousRows, format)
      .filter(({ paid }) => !paid)
      .map(({ recordId }) => recordId),
  );
  return readRecords(rows, format).filter(({ paid, recordId }) => paid && unpaidBefore.has(recordId));
}

/**
 * The largest body that is read: 1 MB. NocoDB sends at most some hundred records at a time, each as it was and as it is;
 * Lambda itself would take 6 MB.
 */
export const MAX_BODY_BYTES = 1_000_000;

/**
 * The JSON that a call brings.
 *
 * @throws {WebhookRefusal} 413 or 400
 */
export function readBody({
  body = '',
  isBase64Encoded,
}: Pick<LambdaFunctionURLEvent, 'body' | 'isBase64Encoded'>): unknown {
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > MAX_BODY_BYTES) {
    throw new WebhookRefusal(413, `the body has ${bytes} bytes, and ${MAX_BODY_BYTES} are the most`);
  }
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WebhookRefusal(400, 'the body is not JSON', { cause });
  }
}

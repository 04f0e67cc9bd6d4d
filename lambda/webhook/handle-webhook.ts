import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { FieldTitles } from '../nocodb/fields.ts';
import { FieldAbsentError, UnexpectedShapeError } from '../nocodb/read-response.ts';
import { type ConfirmReportedDependencies, confirmReported } from '../tracker/confirm-reported.ts';
import type { SourceRecord } from '../tracker/record-source.ts';
import { readBody, readEvent } from './read-event.ts';
import { SECRET_HEADER, type SecretCheck } from './secret-check.ts';

/** A call of the function's URL, as far as it matters here. */
export type WebhookCall = Pick<LambdaFunctionURLEvent, 'headers' | 'body' | 'isBase64Encoded'> & {
  readonly requestContext: { readonly http: { readonly method: string } };
};

/** What a function answers to a call of its URL. */
export interface WebhookAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookDependencies extends ConfirmReportedDependencies {
  readonly isSecret: SecretCheck;
  /** The NocoDB table whose records count. */
  readonly tableId: string;
  readonly titles: FieldTitles;
}

/** How long NocoDB may take to tell the titles of fields that are configured by their ids, milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Takes a call of NocoDB's webhook: `200 {"confirmed":1}` after the writes, a 4xx when the call is not in order.
 *
 * Nothing is looked at before the secret has been.
 *
 * @throws {Error} whatever keeps it from writing: NocoDB and the function's metrics have to see a fault. NocoDB does not
 *   send again; the next tick confirms instead
 */
export async function handleWebhook(
  call: WebhookCall,
  dependencies: WebhookDependencies,
): Promise<WebhookAnswer> {
  const { isSecret, clock, observe } = dependencies;
  const begin = clock.now();
  try {
    if (!(await isSecret(call.headers[SECRET_HEADER]))) {
      throw new WebhookRefusal(401, 'the secret is missing or wrong');
    }
    const records = await readRecordsOf(call, dependencies);
    const { confirmed, ownerMismatches } = await confirmReported(records, dependencies);
    const milliseconds = clock.now() - begin;
    observe({ type: 'webhook.taken', records: records.length, confirmed, ownerMismatches, milliseconds });
    return answer(200, { confirmed });
  } catch (error) {
    if (!(error instanceof WebhookRefusal)) throw error;
    observe({ type: 'webhook.refused', status: error.status, reason: error.message });
    return answer(error.status, { error: error.message });
  }
}

async function readRecordsOf(
  call: WebhookCall,
  { tableId, titles, clock }: WebhookDependencies,
): Promise<SourceRecord[]> {
  if (call.requestContext.http.method !== 'POST') throw new WebhookRefusal(405, 'only POST is taken');
  const event = readBody(call);
  const format = await titles.format({ deadline: clock.now() + TIMEOUT_MS, report: () => {} });
  try {
    return readEvent(event, { tableId, format });
  } catch (error) {
    if (error instanceof FieldAbsentError) titles.forget();
    if (!(error instanceof UnexpectedShapeError)) throw error;
    throw new WebhookRefusal(400, error.message, { cause: error });
  }
}

function answer(statusCode: number, body: object): WebhookAnswer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A call of the webhook that is answered with a 4xx, and writes nothing. The message is for whoever set NocoDB up. */
export class WebhookRefusal extends Error {
  /** HTTP status. */
  readonly status: 400 | 401 | 405 | 413;

  constructor(status: WebhookRefusal['status'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.status = status;
  }
}

import type { LambdaFunctionURLEvent } from 'aws-lambda';
import type { FieldTitles } from '../nocodb/fields.ts';
import { FieldAbsentError, UnexpectedShapeError } from '../nocodb/read-response.ts';
import { type ConfirmReportedDependencies, confirmReported } from '../tracker/confirm-reported.ts';
import type { SourceRecord } from '../tracker/record-source.ts';
import { readBody, readEvent } from './read-event.ts';
import { WebhookRequestError } from './request-error.ts';
import { SECRET_HEADER, type SecretCheck } from './secret-check.ts';

/** The part of a request to the function's URL that is used here. */
export type WebhookRequest = Pick<LambdaFunctionURLEvent, 'headers' | 'body' | 'isBase64Encoded'> & {
  readonly requestContext: { readonly http: { readonly method: string } };
};

/** The response of a function URL. */
export interface WebhookResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookDependencies extends ConfirmReportedDependencies {
  readonly isSecret: SecretCheck;
  readonly titles: FieldTitles;
}

/** Milliseconds that NocoDB has to return the titles of fields that are configured by their ids. */
const TIMEOUT_MS = 5_000;

/**
 * Handles a request of NocoDB's webhook: confirms the payments of the records that became paid.
 *
 * The secret is checked before anything else.
 *
 * @returns `200 {"confirmed":1}` after the writes, or a 4xx with `{"error":"…"}` for a request that is not valid
 * @throws {Error} when the payments cannot be written, so that NocoDB and the function's metrics show a fault. NocoDB
 *   does not send the request again; the next tick confirms the payments
 */
export async function handleWebhook(
  request: WebhookRequest,
  dependencies: WebhookDependencies,
): Promise<WebhookResponse> {
  const { isSecret, clock, observe } = dependencies;
  const begin = clock.now();
  try {
    if (!(await isSecret(request.headers[SECRET_HEADER]))) {
      throw new WebhookRequestError(401, 'the secret is missing or wrong');
    }
    const records = await readPaidRecords(request, dependencies);
    const { confirmed, ownerMismatches } = await confirmReported(records, dependencies);
    const milliseconds = clock.now() - begin;
    observe({ type: 'webhook.handled', records: records.length, confirmed, ownerMismatches, milliseconds });
    return respond(200, { confirmed });
  } catch (error) {
    if (!(error instanceof WebhookRequestError)) throw error;
    observe({ type: 'webhook.refused', status: error.status, reason: error.message });
    return respond(error.status, { error: error.message });
  }
}

async function readPaidRecords(
  request: WebhookRequest,
  { table, titles, clock }: WebhookDependencies,
): Promise<SourceRecord[]> {
  if (request.requestContext.http.method !== 'POST') {
    throw new WebhookRequestError(405, 'only POST is allowed');
  }
  const event = readBody(request);
  const format = await titles.format({ deadline: clock.now() + TIMEOUT_MS, report: () => {} });
  try {
    return readEvent(event, { tableId: table.id, format });
  } catch (error) {
    if (error instanceof FieldAbsentError) titles.forget();
    if (!(error instanceof UnexpectedShapeError)) throw error;
    throw new WebhookRequestError(400, error.message, { cause: error });
  }
}

function respond(statusCode: number, body: object): WebhookResponse {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

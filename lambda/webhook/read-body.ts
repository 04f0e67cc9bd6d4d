import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { WebhookRefusal } from './refusal.ts';

/**
 * The largest body that is read: 1 MB. NocoDB sends at most some hundred records at a time, each as it was and as it is;
 * Lambda itself would take 6 MB.
 */
export const LARGEST_BODY = 1_000_000;

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
  if (bytes > LARGEST_BODY) {
    throw new WebhookRefusal(413, `the body has ${bytes} bytes, and ${LARGEST_BODY} are the most`);
  }
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WebhookRefusal(400, 'the body is not JSON', { cause });
  }
}

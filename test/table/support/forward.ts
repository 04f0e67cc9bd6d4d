import { inject } from 'vitest';
import type { Answer, ReceivedRequest } from '../../support/http-server.ts';

/** Headers that the emulator needs. */
const FORWARDED = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'];

/** Passes a request on to the emulator. @returns its answer, which is not sent yet */
export async function forward({ method, url, headers, text }: ReceivedRequest): Promise<Answer> {
  const answer = await fetch(`${inject('awsEndpoint')}${url}`, {
    method,
    headers: Object.fromEntries(FORWARDED.map((name) => [name, String(headers[name])])),
    body: text,
  });
  const body = Buffer.from(await answer.arrayBuffer());
  return (response) => {
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  };
}

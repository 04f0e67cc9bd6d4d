import { inject } from 'vitest';
import { startHttpServer } from '../../support/http-server.ts';

/** Headers that the emulator needs. */
const FORWARDED = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'];

/**
 * A server in front of the emulator that passes every request on. After `loseNextAnswer()` it closes the connection
 * instead of answering the next one: the request was carried out, but its sender cannot know.
 */
export async function startLosingProxy() {
  let losing = false;
  let lost = 0;
  const server = await startHttpServer(async (response, { method, url, headers, text }) => {
    const answer = await fetch(`${inject('awsEndpoint')}${url}`, {
      method,
      headers: Object.fromEntries(FORWARDED.map((name) => [name, String(headers[name])])),
      body: text,
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (losing) {
      losing = false;
      lost += 1;
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(body);
  });
  return {
    endpoint: server.url,
    loseNextAnswer: () => {
      losing = true;
    },
    answersLost: () => lost,
  };
}

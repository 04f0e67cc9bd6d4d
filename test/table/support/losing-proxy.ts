import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject, onTestFinished } from 'vitest';

/**
 * A server in front of the emulator that passes every request on, but cuts the connection instead of answering the next
 * one after `loseNextAnswer()`: the request was carried out, and its sender cannot know.
 */
export async function startLosingProxy() {
  let losing = false;
  let lost = 0;
  const server = createServer(async (request, response) => {
    const answer = await fetch(`${inject('awsEndpoint')}${request.url}`, {
      method: request.method ?? 'POST',
      headers: forwardable(request),
      body: new Uint8Array(await bodyOf(request)),
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextAnswer: () => {
      losing = true;
    },
    answersLost: () => lost,
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forwardable({ headers }: IncomingMessage): Record<string, string> {
  const names = ['authorization', 'content-type', 'x-amz-target', 'x-amz-date'];
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}

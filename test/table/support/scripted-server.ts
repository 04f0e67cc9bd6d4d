import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** How a request is answered: not at all, or as DynamoDB does. */
export type Answer = 'silence' | { readonly error: string } | { readonly body: unknown };

/** What was asked for: `GetItem`, and the input of it. */
export interface SeenRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A server that plays DynamoDB by a script; the last answer is repeated for ever. */
export async function startScriptedServer(...script: readonly [Answer, ...Answer[]]) {
  const requests: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const answer = script[Math.min(requests.length, script.length - 1)] as Answer;
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const seen = { operation, input: {} };
    requests.push(seen);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.input = JSON.parse(Buffer.concat(chunks).toString());
    give(answer, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: requests as readonly SeenRequest[],
  };
}

function give(answer: Answer, response: ServerResponse): void {
  if (answer === 'silence') return;
  const [status, body] =
    'error' in answer
      ? [400, { __type: `com.amazonaws.dynamodb.v20120810#${answer.error}`, message: 'told by the test' }]
      : [200, answer.body];
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request as the server received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body as text; `''` when there is none. */
  readonly text: string;
  /** The body as JSON; `undefined` when it is not JSON. */
  readonly body: unknown;
  /** The number of the connection, counted from 1. */
  readonly connection: number;
}

/** Answers one request. If it throws, the connection is closed. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>;

/** A real HTTP server on a free port of the loopback address. */
export interface TestHttpServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Requests in the order in which they arrived. */
  readonly requests: readonly ReceivedRequest[];
  /** Closes the server and all of its connections. */
  close(): Promise<void>;
}

/**
 * Starts a server that closes when the test ends.
 *
 * @param answers one for each request; the last one also answers all further requests
 */
export async function startHttpServer(...answers: [Answer, ...Answer[]]): Promise<TestHttpServer> {
  const server = await openHttpServer(...answers);
  onTestFinished(() => server.close());
  return server;
}

/** Starts the same server for several tests: the caller closes it. */
export async function openHttpServer(...answers: [Answer, ...Answer[]]): Promise<TestHttpServer> {
  const requests: ReceivedRequest[] = [];
  const connections = new Map<Socket, number>();
  const server = createServer(async (request, response) => {
    try {
      const text = await readText(request);
      const { method = '', url = '', headers } = request;
      const { pathname: path, searchParams: query } = new URL(url, 'http://server');
      const connection = connections.get(request.socket) ?? 0;
      const received = { method, url, path, query, headers, text, body: parseJson(text), connection };
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(received);
      await answer?.(response, received);
    } catch (error) {
      response.destroy(error as Error);
    }
  });
  server.on('connection', (socket: Socket) => connections.set(socket, connections.size + 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Answers with text as it is, usually HTML. */
export const text =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  };

/** Never answers. */
export const silence: Answer = () => {};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

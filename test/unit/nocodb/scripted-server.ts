import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

/** What the server does with one request. */
export type Step = (response: ServerResponse, request: SeenRequest) => void;

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/**
 * A real HTTP server on a free port that plays one step for each request, and the last step for all that follow.
 * It ends with the test.
 */
export async function startScriptedServer(...script: Step[]): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const connections = new Map<Socket, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server');
      const text = Buffer.concat(chunks).toString();
      const seen: SeenRequest = {
        method: request.method ?? '',
        url: request.url ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
        connection: connections.get(request.socket) ?? 0,
      };
      const step = script[Math.min(requests.length, script.length - 1)];
      requests.push(seen);
      step?.(response, seen);
    });
  });
  server.on('connection', (socket: Socket) => connections.set(socket, connections.size + 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Answers with text as it is, HTML as a rule. */
export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Step =>
  (response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
  };

/** A page of records, the last one unless said otherwise. */
export const page = (list: unknown[], isLastPage = true): Step =>
  json(200, { list, pageInfo: { isLastPage } });

/** Closes the connection without an answer, as a server does that has just given it up. */
export const reset: Step = (response) => {
  response.socket?.resetAndDestroy();
};

/** Never answers. */
export const hang: Step = () => {};

/** Begins an answer and closes the connection in its middle. */
export const halfBody: Step = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"list":[{"Id":1,', () => response.socket?.destroy());
};

/** Begins an answer and goes silent. */
export const stalledBody: Step = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"list":[');
};

/** Answers with something that is not HTTP. */
export const notHttp: Step = (response) => {
  response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');
};

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../for-tests/faults.ts';
import { type ApiRequest, readBody, readHead } from './api-request.ts';
import { type Answer, answerOrRefuse } from './router.ts';

/** The HTTP side of the demo: it listens, logs requests, and delays or fails responses on demand. */
export interface HttpServer {
  /** 0 before the first `listen`. */
  readonly port: number;
  /** The last {@link MAX_LOGGED_REQUESTS} requests, the oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** The number of all requests. */
  readonly requestCount: number;
  listen(port: number): Promise<void>;
  /** Stops listening and closes open connections. */
  close(): Promise<void>;
  failNext(faults: readonly Fault[]): void;
  setLatency(milliseconds: number): void;
}

export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** HTTP status of the response; 0 when a fault prevented it. */
  readonly status: number;
}

export const MAX_LOGGED_REQUESTS = 1000;

/**
 * @param now the clock, epoch milliseconds
 * @param host the address to listen on
 */
export function createHttpServer(
  route: (request: ApiRequest) => Answer,
  now: () => number,
  host: string,
): HttpServer {
  const requests: LoggedRequest[] = [];
  const faults: Fault[] = [];
  let requestCount = 0;
  let latency = 0;
  let port = 0;

  // Node's own limits are NocoDB's: 431 without a body above 16 KB of headers, idle connections closed after 5 s.
  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = now();
    const fault = faults.shift();
    const status = await serve(message, response, fault);
    requestCount += 1;
    requests.push({ method: message.method ?? '', url: message.url ?? '', at, status });
    if (requests.length > MAX_LOGGED_REQUESTS) requests.shift();
  }

  /** @returns the status sent, 0 for none */
  async function serve(
    message: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<number> {
    if (fault?.kind === 'reset') {
      message.socket.destroy();
      return 0;
    }
    const head = readHead(message);
    const body = await readBody(message).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (latency > 0) await sleep(latency);
    if (fault?.kind === 'silence') return 0;
    if (fault?.kind === 'answer') return send(response, asMessage(fault));
    const answer = answerOrRefuse(() => {
      if ('error' in body) throw body.error;
      return route({ ...head, body: body.value });
    });
    return send(response, asJson(answer), fault?.kind === 'cut' ? fault.bytes : undefined);
  }

  return {
    get port() {
      return port;
    },
    requests,
    get requestCount() {
      return requestCount;
    },
    async listen(wanted) {
      server.listen(wanted, host);
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    failNext: (more) => void faults.push(...more),
    setLatency(milliseconds) {
      latency = milliseconds;
    },
  };
}

/** A response as it is sent. */
interface Message {
  readonly status: number;
  readonly text: string;
  readonly type: 'application/json' | 'text/html';
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

function asJson({ status, body, headers }: Answer): Message {
  return { status, text: JSON.stringify(body), type: 'application/json', headers };
}

function asMessage(fault: Fault & { kind: 'answer' }): Message {
  const { status, body = '', headers } = fault;
  if (typeof body !== 'string') return asJson({ status, body, ...(headers && { headers }) });
  return { status, text: body, type: 'text/html', headers };
}

/** @param cutAfter bytes of the body after which the connection closes */
function send(response: ServerResponse, { status, text, type, headers }: Message, cutAfter?: number): number {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': body.length,
    ...headers,
  });
  if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
  return status;
}

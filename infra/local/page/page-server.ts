import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface PageServerOptions {
  readonly backend: PaymentPageBackend;
  /** Interval of the tracker, which the page shows; seconds. */
  readonly intervalSeconds: number;
  /** @default any free port */
  readonly port?: number;
  /** Called with an error of the backend. The page shows its message too. */
  readonly onError: (error: unknown) => void;
}

export interface PageServer {
  /** `http://127.0.0.1:8090/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Port: where the page gets its payments from. */
export interface PaymentPageBackend {
  /** All payments, the oldest first. */
  list(): Promise<readonly PaymentRow[]>;
  /** Ticks or unticks the `Paid` box in NocoDB. @returns false if there is no such record */
  setPaid(recordId: string, paid: boolean): Promise<boolean>;
  /** Lets a bot create a payment for a new customer. @returns the record id of the new payment */
  create(): Promise<string>;
}

/** A payment as the page shows it: what NocoDB says, and what a bot sees. */
export interface PaymentRow {
  readonly recordId: string;
  readonly userId: string;
  readonly title: string;
  /** The `Paid` box in the NocoDB table. */
  readonly paidInNocoDb: boolean;
  /** The result of `isPaid(userId, recordId)`. */
  readonly isPaid: boolean;
  /** `status(userId, recordId).state`; `untracked` if the table does not have the payment. */
  readonly state: string;
  /** When the tracker confirmed the payment, epoch milliseconds. */
  readonly paidAt?: number;
  /** Seconds since the last successful request to NocoDB; `null` before the first one. */
  readonly dataAgeSeconds: number | null;
}

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

/** The page loads nothing from other sites, and no other site can show it in a frame to steal clicks. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const MAX_BODY_CHARACTERS = 1024;

/** Serves the payments page on the loopback address of this machine. */
export function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    answer(request, response, port, options).catch((error: unknown) => {
      options.onError(error);
      sendError(response, 500, error instanceof Error ? error.message : String(error));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { backend, intervalSeconds }: PageServerOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refused = refusal(request, port);
  if (refused !== undefined) return sendError(response, 403, refused);

  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = FILES[pathname];
  const paid = /^\/api\/payments\/([A-Za-z0-9_-]{1,64})\/paid$/.exec(pathname)?.[1];
  switch (request.method) {
    case 'GET':
      if (file !== undefined) return sendFile(response, file);
      if (pathname === '/api/payments') {
        return sendJson(response, 200, { intervalSeconds, payments: await backend.list() });
      }
      break;
    case 'POST':
      if (pathname === '/api/payments') {
        return sendJson(response, 201, { recordId: await backend.create() });
      }
      break;
    case 'PUT':
      if (paid !== undefined) return setPaid(request, response, paid, backend);
  }
  sendError(response, 404, `nothing at ${request.method} ${pathname}`);
}

/**
 * Why a request is refused; undefined if it is served.
 *
 * The page listens on the loopback address, but any web site that is open in a browser on this machine can send requests
 * to it. Therefore the host name must be that of the page (a site can let its own name resolve to 127.0.0.1: DNS
 * rebinding), and a request that changes something must come from the page.
 */
function refusal({ method, headers }: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = headers;
  if (host === undefined || !hosts.includes(host)) {
    return 'this page is served only to 127.0.0.1 and localhost';
  }
  if (method === 'GET') return undefined;
  if (origin !== `http://${host}`) return 'changes are accepted only from the page itself';
  if (headers['content-type'] !== 'application/json') {
    return 'changes are accepted only as application/json';
  }
  return undefined;
}

async function setPaid(
  request: IncomingMessage,
  response: ServerResponse,
  recordId: string,
  backend: PaymentPageBackend,
): Promise<void> {
  const body = await readJson(request);
  if (typeof body !== 'boolean') return sendError(response, 400, 'expected true or false');
  if (!(await backend.setPaid(recordId, body))) return sendError(response, 404, `no record ${recordId}`);
  sendJson(response, 200, { recordId, paid: body });
}

/** The body of a request as JSON; undefined if it is too long or not JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_CHARACTERS) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function sendFile(
  response: ServerResponse,
  { file, type }: { file: string; type: string },
): Promise<void> {
  const content = await readFile(join(import.meta.dirname, 'public', file));
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function sendError(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { error });
}

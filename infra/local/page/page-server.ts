import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
};

/** Nothing from elsewhere is loaded, and nobody frames the page to steal a click. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export interface PageServerOptions {
  readonly desk: PaymentDesk;
  /** Shown on the page, seconds. */
  readonly intervalSeconds: number;
  /** @default any free port */
  readonly port?: number;
  /** Told what went wrong while serving; the page shows only that something did. */
  readonly onError: (error: unknown) => void;
}

export interface PageServer {
  /** `http://127.0.0.1:8090/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the payments page on the loopback of this machine. */
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
  { desk, intervalSeconds }: PageServerOptions,
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
        return sendJson(response, 200, { intervalSeconds, payments: await desk.list() });
      }
      break;
    case 'POST':
      if (pathname === '/api/payments') return sendJson(response, 201, { recordId: await desk.create() });
      break;
    case 'PUT':
      if (paid !== undefined) return setPaid(request, response, paid, desk);
  }
  sendError(response, 404, `nothing at ${request.method} ${pathname}`);
}

async function setPaid(
  request: IncomingMessage,
  response: ServerResponse,
  recordId: string,
  desk: PaymentDesk,
): Promise<void> {
  const body = await readJson(request);
  if (typeof body !== 'boolean') return sendError(response, 400, 'expected true or false');
  if (!(await desk.setPaid(recordId, body))) return sendError(response, 404, `no record ${recordId}`);
  sendJson(response, 200, { recordId, paid: body });
}

async function sendFile(
  response: ServerResponse,
  { file, type }: { file: string; type: string },
): Promise<void> {
  const content = await readFile(join(import.meta.dirname, 'public', file));
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
}

const MAX_BODY = 1024;

/** The request's body as JSON; undefined when it is too long or not JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, status: number, error: string): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { error });
}

/**
 * Why a request must not be served, or undefined when it may.
 *
 * The page listens on the loopback only, but any web site that the person has open can send requests there. So the
 * host has to be ours by name (a site can point its own name at 127.0.0.1: DNS rebinding), and what changes something
 * has to come from the page itself.
 */
export function refusal(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  port: number,
): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host))
    return 'this page is served to 127.0.0.1 and localhost only';
  if (request.method === 'GET') return undefined;
  if (origin !== `http://${host}`) return 'changes are taken from the page itself only';
  if (request.headers['content-type'] !== 'application/json')
    return 'changes are taken as application/json only';
  return undefined;
}

/** A payment as the page shows it: what NocoDB says beside what a bot is told. */
export interface PaymentRow {
  readonly recordId: string;
  readonly userId: string;
  readonly title: string;
  /** The box in the NocoDB table. */
  readonly paidInNocoDb: boolean;
  /** What `isPaid(userId, recordId)` says. */
  readonly isPaid: boolean;
  /** `status(userId, recordId).state`; `untracked` when the table does not know the payment. */
  readonly state: string;
  /** When the tracker learned it, epoch milliseconds. */
  readonly paidAt?: number;
  /** Seconds since NocoDB was last asked successfully; `null` before the first time. */
  readonly dataAgeSeconds: number | null;
}

/** Port: what the page is made of. */
export interface PaymentDesk {
  /** Every payment, the oldest first. */
  list(): Promise<readonly PaymentRow[]>;
  /** Ticks or unticks the `Paid` box in NocoDB. @returns false when there is no such record */
  setPaid(recordId: string, paid: boolean): Promise<boolean>;
  /** Has a bot create a payment for a new customer. @returns the new payment's record id */
  create(): Promise<string>;
}

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PaymentPageBackend } from './page-backend.ts';

export interface PageServerOptions {
  readonly backend: PaymentPageBackend;
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

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: HTML },
  '/page.css': { file: 'page.css', type: CSS },
  '/page.js': { file: 'page.js', type: SCRIPT },
  '/server.js': { file: 'server.js', type: SCRIPT },
  '/payments.js': { file: 'payments.js', type: SCRIPT },
  '/tracker.js': { file: 'tracker.js', type: SCRIPT },
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
  { backend }: PageServerOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refused = refusal(request, port);
  if (refused !== undefined) return sendError(response, 403, refused);

  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const file = FILES[pathname];
  const [, recordId = '', action] =
    /^\/api\/payments\/([A-Za-z0-9_-]{1,64})\/(paid|track)$/.exec(pathname) ?? [];
  switch (`${request.method} ${action ?? pathname}`) {
    case 'GET /api/payments': {
      const search = searchParams.get('search') ?? '';
      const page = Number(searchParams.get('page')) || 1;
      return sendJson(response, 200, await backend.view({ search, page }));
    }
    case 'POST /api/payments':
      return sendJson(response, 201, { recordId: await backend.create() });
    case 'POST track':
      if (!(await backend.track(recordId))) return sendError(response, 404, `no record ${recordId}`);
      return sendJson(response, 200, { recordId });
    case 'PUT paid':
      return setPaid(request, response, recordId, backend);
  }
  if (request.method === 'GET' && file !== undefined) return sendFile(response, file);
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

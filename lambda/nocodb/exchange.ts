import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { HttpMethod } from '../tracker/record-source.ts';

/**
 * Largest response that is read, bytes. 20,000 records with an owner are about 1 MB. A response larger than 16 MB does
 * not come from NocoDB, and the memory of a tick must not depend on it.
 */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** One HTTP request, ready to send. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether to open a connection for this request only. A kept connection may be closed without notice. */
  readonly reset: boolean;
  /** Limit for the whole exchange, milliseconds. */
  readonly timeout: number;
}

/** A complete HTTP response with any status. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: number;
}

/**
 * NocoDB closes idle connections after 5 s (Node's default). The connections of the previous tick are therefore always
 * closed, and a proxy cannot know that a Lambda was frozen in between: an idle connection is kept for no more than 4 s.
 * There is one connection, because calls are sent one after another. A call that finds it closed is repeated on a new one,
 * and never on another closed one.
 */
const CONNECTIONS = { keepAlive: true, maxSockets: 1, timeout: 4_000 };

/** The connections to one server. Idle ones do not keep the process running. */
export function createAgent(url: string): Agent {
  return isHttps(url) ? new HttpsAgent(CONNECTIONS) : new Agent(CONNECTIONS);
}

/**
 * Sends one request and reads the whole response. Redirects are returned like any other response: they are not followed,
 * so the token is sent to no other host.
 *
 * @throws {ExchangeError} for everything that the network or the server does wrong
 */
export async function exchange(request: HttpRequest, agent: Agent): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(request.timeout)));
  const progress: Progress = { status: 0, bytes: 0 };
  try {
    const response = await send(request, agent, signal);
    const { statusCode: status = 0, headers } = response;
    progress.status = status;
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) {
      progress.bytes += chunk.length;
      // Leaving the loop destroys the response, and with it the connection.
      if (progress.bytes > MAX_RESPONSE_BYTES) throw new ExchangeError('tooLarge', progress);
      chunks.push(chunk);
    }
    return { status, headers, body: Buffer.concat(chunks).toString('utf8'), bytes: progress.bytes };
  } catch (error) {
    if (error instanceof ExchangeError) throw error;
    throw new ExchangeError(signal.aborted ? 'timeout' : reasonOf(error, progress), progress, error);
  }
}

/** @returns the response as soon as its headers have arrived */
function send(
  { url, method, headers, body, reset }: HttpRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = isHttps(url) ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(url, { method, headers, signal, agent: reset ? false : agent })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
}

function isHttps(url: string): boolean {
  return new URL(url).protocol === 'https:';
}

/** Whether a status is 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/**
 * Why there is no complete response.
 *
 * - `timeout`: the time limit was reached.
 * - `unreachable`: there was no connection, so the request was never sent.
 * - `reset`: the connection closed before the response began. Usually the server had just closed a kept connection.
 * - `broken`: the response began and did not end, or was not HTTP.
 * - `tooLarge`: the response is larger than {@link MAX_RESPONSE_BYTES}.
 */
export type ExchangeErrorReason = 'timeout' | 'unreachable' | 'reset' | 'broken' | 'tooLarge';

/** An exchange without a complete response. */
export class ExchangeError extends Error {
  readonly reason: ExchangeErrorReason;
  /** 0 when no response began. */
  readonly status: number;
  /** Bytes of the body that were received. */
  readonly bytes: number;
  /** The code of Node's error, such as `ECONNREFUSED`; `''` when there is none. */
  readonly code: string;

  constructor(reason: ExchangeErrorReason, { status, bytes }: Progress, cause?: unknown) {
    super(`${reason}: ${cause instanceof Error ? cause.message : 'no complete response'}`, { cause });
    this.name = new.target.name;
    this.reason = reason;
    this.status = status;
    this.bytes = bytes;
    this.code = codeOf(cause);
  }
}

/** How far the response was read. */
interface Progress {
  status: number;
  bytes: number;
}

/** Codes of a connection that was open and closed unexpectedly. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Codes of a response that is not HTTP, or whose headers are too large: those of Node's parser. */
const BROKEN_CODES = /^HPE_/;

function reasonOf(error: unknown, { status }: Progress): ExchangeErrorReason {
  const code = codeOf(error);
  if (status !== 0 || BROKEN_CODES.test(code)) return 'broken';
  return RESET_CODES.has(code) ? 'reset' : 'unreachable';
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

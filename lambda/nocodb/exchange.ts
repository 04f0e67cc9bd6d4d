import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors, request } from 'undici';
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
  /** Whether to close the connection after the response, so that no request uses a kept connection. */
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
 * Sends one request and reads the whole response. Redirects are returned like any other response: they are not followed,
 * so the token is sent to no other host.
 *
 * @throws {ExchangeError} for everything that the network or the server does wrong
 */
export async function exchange(
  { url, timeout, ...options }: HttpRequest,
  dispatcher: Dispatcher,
): Promise<HttpResponse> {
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeout)));
  const progress: Progress = { status: 0, bytes: 0 };
  try {
    const response = await request(url, { ...options, dispatcher, signal });
    progress.status = response.statusCode;
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      progress.bytes += chunk.length;
      // Leaving the loop destroys the body, and with it the connection.
      if (progress.bytes > MAX_RESPONSE_BYTES) throw new ExchangeError('tooLarge', progress);
      chunks.push(chunk);
    }
    return {
      status: response.statusCode,
      headers: response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      bytes: progress.bytes,
    };
  } catch (error) {
    if (error instanceof ExchangeError) throw error;
    throw new ExchangeError(signal.aborted ? 'timeout' : reasonOf(error, progress), progress, error);
  }
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
  /** The code of the Node or undici error, such as `ECONNREFUSED`; `''` when there is none. */
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
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);

/** Codes of a response whose headers undici does not accept. */
const BROKEN_CODES = /^(?:UND_ERR_RES_|UND_ERR_HEADERS_OVERFLOW)/;

function reasonOf(error: unknown, { status }: Progress): ExchangeErrorReason {
  const code = codeOf(error);
  if (status !== 0 || error instanceof errors.HTTPParserError || BROKEN_CODES.test(code)) return 'broken';
  return RESET_CODES.has(code) ? 'reset' : 'unreachable';
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

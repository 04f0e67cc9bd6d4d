import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors, request } from 'undici';
import { VARIABLES as NOCODB_VARIABLES } from '../settings/settings.ts';
import { ConnectionFailedError, InvalidResponseError, TimeoutError } from '../tracker/errors.ts';
import type { HttpMethod } from '../tracker/record-source.ts';
import type { CallNames, Failure } from './retry.ts';

/**
 * Largest answer that is read, bytes. 20,000 records with an owner are about 1 MB; beyond 16 MB something else than
 * NocoDB is talking, and a tick's memory must not depend on it.
 */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** One HTTP request, ready to send. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the connection is closed after the answer, so that nothing is ever sent on a kept one. */
  readonly reset: boolean;
  /** How long the whole exchange may take, milliseconds. */
  readonly timeout: number;
}

/** A complete answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: number;
}

/**
 * Why there is no complete answer.
 *
 * - `timeout`: it took longer than it may.
 * - `unreachable`: no connection, so the request was never sent.
 * - `reset`: the connection died before an answer began: as a rule a kept-alive one that the server had just closed.
 * - `broken`: the answer began and did not end, or was not HTTP.
 * - `tooLarge`: it is larger than {@link MAX_RESPONSE_BYTES}.
 */
export type ExchangeFaultReason = 'timeout' | 'unreachable' | 'reset' | 'broken' | 'tooLarge';

/** An exchange without a complete answer. */
export class ExchangeFault extends Error {
  readonly reason: ExchangeFaultReason;
  /** 0 when no answer began. */
  readonly status: number;
  /** Bytes of the body that did arrive. */
  readonly bytes: number;

  constructor(reason: ExchangeFaultReason, { status, bytes, cause }: Progress & { cause?: unknown }) {
    super(`${reason}: ${cause instanceof Error ? cause.message : 'no complete answer'}`, { cause });
    this.name = new.target.name;
    this.reason = reason;
    this.status = status;
    this.bytes = bytes;
  }
}

interface Progress {
  status: number;
  bytes: number;
}

/**
 * Sends one request and reads the whole answer. Redirects are answers like any other: they are not followed, and the
 * token goes to no other host.
 *
 * @throws {ExchangeFault} and nothing else that the network or the server does
 */
export async function exchange(
  { url, timeout, ...options }: HttpRequest,
  dispatcher: Dispatcher,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeout)));
  const progress: Progress = { status: 0, bytes: 0 };
  try {
    const response = await request(url, { ...options, dispatcher, signal });
    progress.status = response.statusCode;
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      progress.bytes += chunk.length;
      // Leaving the loop destroys the body, and with it the connection.
      if (progress.bytes > MAX_RESPONSE_BYTES) throw new ExchangeFault('tooLarge', progress);
      chunks.push(chunk);
    }
    return {
      status: response.statusCode,
      headers: response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      bytes: progress.bytes,
    };
  } catch (error) {
    if (error instanceof ExchangeFault) throw error;
    throw new ExchangeFault(signal.aborted ? 'timeout' : reasonOf(error, progress), {
      ...progress,
      cause: error,
    });
  }
}

/** Codes of a connection that was there and died. */
const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);

/** Codes of an answer whose headers undici does not accept. */
const BROKEN_CODES = /^(?:UND_ERR_RES_|UND_ERR_HEADERS_OVERFLOW)/;

function reasonOf(error: unknown, { status }: Progress): ExchangeFaultReason {
  const code = codeOf(error);
  if (status !== 0 || error instanceof errors.HTTPParserError || BROKEN_CODES.test(code)) return 'broken';
  return RESET_CODES.has(code) ? 'reset' : 'unreachable';
}

/** The `code` of a Node or undici error; `''` without one. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Codes for a host that does not exist, and for certificates that are not trusted: waiting does not help. */
const LASTING_CODES = /^(?:ENOTFOUND|ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

/** The error that an exchange without a complete answer is, and whether the call is worth repeating. */
export function failureOfFault(fault: ExchangeFault, timeout: number, names: CallNames): Failure {
  const { reason, cause, bytes } = fault;
  const code = codeOf(cause);
  switch (reason) {
    case 'timeout':
      return {
        error: new TimeoutError({
          ...names,
          problem: `no complete answer within ${Math.round(timeout)} ms`,
          hint: 'See what NocoDB is busy with, and whether the network between lets the request through.',
          cause,
        }),
        repeat: 'later',
      };
    case 'reset':
      return {
        error: new ConnectionFailedError({
          ...names,
          problem: `the connection was closed before an answer (${code})`,
          hint: 'See whether NocoDB restarts, and what stands between it and the tracker.',
          cause,
        }),
        repeat: 'atOnce',
      };
    case 'unreachable':
      return {
        error: new ConnectionFailedError({
          ...names,
          problem: `no connection (${code || messageOf(cause)})`,
          hint: `See whether NocoDB runs, and whether ${NOCODB_VARIABLES.apiUrl} is its address as seen from the tracker.`,
          cause,
        }),
        repeat: LASTING_CODES.test(code) ? 'never' : 'later',
      };
    case 'tooLarge':
      return {
        error: new InvalidResponseError({
          ...names,
          problem: `the answer is larger than ${MAX_RESPONSE_BYTES} bytes`,
          hint: `See whether ${NOCODB_VARIABLES.apiUrl} is the address of NocoDB.`,
        }),
        repeat: 'never',
      };
    case 'broken':
      return {
        error: new InvalidResponseError({
          ...names,
          problem: `the answer broke off after ${bytes} bytes (${code || messageOf(cause)})`,
          hint: 'See whether NocoDB or a proxy before it restarts, and whether it speaks http or https.',
          cause,
        }),
        repeat: 'later',
      };
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given';
}

import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../tracker/clock.ts';
import { TokenRejectedError } from '../tracker/errors.ts';
import { Pacer } from '../tracker/pacer.ts';
import type { ExchangeResponse, HttpMethod, RequestContext } from '../tracker/record-source.ts';
import { parseJson, readErrorResponse } from './error-response.ts';
import { type CallNames, toErrorFromExchange, toErrorFromResponse, toErrorFromText } from './errors.ts';
import { ExchangeError, exchange, type HttpRequest, type HttpResponse, isSuccess } from './exchange.ts';
import {
  type AttemptResult,
  type RepeatRules,
  repeatAfterExchange,
  repeatAfterResponse,
  withRetries,
} from './retry.ts';
import { readServerTime } from './retry-after.ts';
import { readToken, type TokenProvider } from './token.ts';

/** Sends calls to one NocoDB, with the same token, pace, time limits, retries, errors and reports for all calls. */
export interface NocoDbClient {
  /**
   * Sends a call, and repeats it as `retry.ts` says. Every exchange is reported, except for the end of the exchange that
   * succeeds: `readResponse` in `read-response.ts` reports it, because only the reader can count the records.
   *
   * @throws {TrackerError} a subclass from `errors.ts`, and nothing else. If NocoDB answered with an error status, its
   *   `cause` is the `ErrorResponse`
   */
  send(call: ApiCall, context: RequestContext): Promise<JsonResponse>;
}

/** One call of NocoDB's API. */
export interface ApiCall extends RepeatRules {
  /** `list records`. */
  readonly operation: string;
  readonly method: HttpMethod;
  /** Path below the API's address, with a leading slash. */
  readonly path: string;
  /** Encoded, without the question mark. */
  readonly query?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The query or body, shortened for reading. */
  readonly params: string;
  /** How many record ids it asks for. */
  readonly recordIds: number;
}

/** A successful response. */
export interface JsonResponse {
  readonly json: unknown;
  /** The server's clock when it answered (`Date` header), epoch milliseconds; absent when it does not say. */
  readonly serverTime?: number;
  readonly names: CallNames;
  /** The end of its exchange, to be reported by the reader. */
  readonly exchange: ExchangeEnd;
}

type ExchangeEnd = Omit<ExchangeResponse, 'outcome' | 'records'>;

export interface ClientOptions {
  readonly apiUrl: string;
  readonly token: TokenProvider;
  readonly clock: Clock;
  /** For the jitter of back-offs: returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/**
 * NocoDB closes idle connections after 5 s (Node's default). The connections of the previous tick are therefore always
 * closed, and a proxy cannot know that a Lambda was frozen in between: a connection is kept for no more than 4 s. There is
 * one connection, because calls are sent one after another. A call that finds it closed is repeated on a new one, and
 * never on another closed one.
 */
const CONNECTIONS = { connections: 1, keepAliveMaxTimeout: 4_000 };

export function createNocoDbClient(options: ClientOptions): NocoDbClient {
  const { apiUrl, token: provider, clock, random } = options;
  const dispatcher = new Agent(CONNECTIONS);
  const pacer = new Pacer(clock);
  return {
    async send(call, { deadline, report }) {
      const names = { operation: call.operation, target: `${call.method} ${apiUrl}${call.path}` };
      const sendWith = (token: string) =>
        withRetries(
          (timeout) => sendOnce(call, { apiUrl, dispatcher, clock, names, token, report, timeout }),
          { clock, pacer, random, deadline, names },
        );

      const token = await readToken(() => provider.get(), names);
      try {
        return await sendWith(token);
      } catch (error) {
        if (!(error instanceof TokenRejectedError)) throw error;
        const fresh = await readToken(() => provider.refresh(), names);
        if (fresh === token) throw error;
        return sendWith(fresh);
      }
    },
  };
}

interface SendOptions {
  readonly apiUrl: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly names: CallNames;
  readonly token: string;
  readonly report: RequestContext['report'];
  /** Milliseconds. */
  readonly timeout: number;
}

async function sendOnce(call: ApiCall, options: SendOptions): Promise<AttemptResult<JsonResponse>> {
  const { apiUrl, dispatcher, clock, names, token, report, timeout } = options;
  const { method, path, params, recordIds } = call;
  const endpoint = new URL(apiUrl + path).pathname;
  const startedAt = clock.now();
  const endOf = ({ status, bytes }: Pick<HttpResponse, 'status' | 'bytes'>): ExchangeEnd => {
    return {
      type: 'nocodb.response',
      method,
      endpoint,
      status,
      bytes,
      milliseconds: clock.now() - startedAt,
    };
  };

  report({ type: 'nocodb.request', method, endpoint, params, recordIds });
  let response: HttpResponse;
  try {
    response = await exchange(toHttpRequest(call, options), dispatcher);
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    report({ ...endOf(error), outcome: 'failed', records: 0 });
    return { error: toErrorFromExchange(error, timeout, names), repeat: repeatAfterExchange(error, call) };
  }

  const { status, headers } = response;
  const json = isSuccess(status) ? parseJson(response.body) : undefined;
  if (json !== undefined) {
    const serverTime = readServerTime(headers);
    const time = serverTime === undefined ? {} : { serverTime };
    return { value: { json, names, exchange: endOf(response), ...time } };
  }

  // A debugging proxy may echo the headers of the request. The token must not get into an error that way.
  const body = response.body.replaceAll(token, '[token]');
  const error = isSuccess(status)
    ? toErrorFromText(body, names)
    : toErrorFromResponse(readErrorResponse(status, body), { names, headers, now: clock.now() });
  const outcome = error.kind === 'RateLimited' ? 'rateLimited' : 'failed';
  report({ ...endOf(response), outcome, records: 0 });
  return { error, repeat: repeatAfterResponse(status, error, call) };
}

function toHttpRequest(call: ApiCall, { apiUrl, token, timeout }: SendOptions): HttpRequest {
  const { method, path, query, body, repeatable } = call;
  return {
    method,
    url: `${apiUrl}${path}${query === undefined ? '' : `?${query}`}`,
    headers: {
      accept: 'application/json',
      'xc-token': token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A kept connection may be closed, and this call cannot be repeated on a new one.
    reset: !repeatable,
    timeout,
  };
}

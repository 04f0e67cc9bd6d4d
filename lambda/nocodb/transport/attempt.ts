import type { Dispatcher } from 'undici';
import type { Clock } from '../../tracker/clock.ts';
import type { ExchangeResponse, RequestContext } from '../../tracker/record-source.ts';
import { failureOfFault } from '../errors-of-exchange.ts';
import type { ApiCall } from './api-call.ts';
import { ExchangeFault, exchange, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Attempt, CallNames, Failure } from './failure.ts';
import { understand } from './understand.ts';

/** Where calls go, the same for all. */
export interface Line {
  readonly apiUrl: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** One attempt at a call. */
export interface Sending<T> {
  readonly call: ApiCall<T>;
  readonly names: CallNames;
  /** The token. */
  readonly secret: string;
  readonly report: RequestContext['report'];
  /** How long it may take, milliseconds. */
  readonly timeout: number;
}

/** Sends a call once, reports the exchange before and after, and says what came of it. Does not throw for any of it. */
export async function attemptCall<T>(line: Line, sending: Sending<T>): Promise<Attempt<T>> {
  const { apiUrl, dispatcher, clock } = line;
  const { call, names, report, timeout } = sending;
  const { method, path, params, recordIds } = call;
  const endpoint = new URL(apiUrl + path).pathname;
  const startedAt = clock.now();
  const reportEnd = (end: Pick<ExchangeResponse, 'outcome' | 'status' | 'bytes' | 'records'>) =>
    report({ type: 'nocodb.response', method, endpoint, milliseconds: clock.now() - startedAt, ...end });

  report({ type: 'nocodb.request', method, endpoint, params, recordIds });
  let answer: HttpAnswer;
  try {
    answer = await exchange(requestOf(apiUrl, sending), dispatcher);
  } catch (error) {
    if (!(error instanceof ExchangeFault)) throw error;
    reportEnd({ outcome: 'failed', status: error.status, bytes: error.bytes, records: 0 });
    const failure = failureOfFault(error, timeout, names);
    return error.reason === 'unreachable' ? failure : repeatIfHarmless(failure, call);
  }
  const { status, bytes } = answer;
  const outcome = understand(answer, sending, clock);
  if ('value' in outcome) {
    reportEnd({ outcome: 'ok', status, bytes, records: outcome.records });
    return outcome;
  }
  reportEnd({ outcome: status === 429 ? 'rateLimited' : 'failed', status, bytes, records: 0 });
  return repeatIfHarmless(outcome, call);
}

function requestOf(apiUrl: string, { call, secret, timeout }: Sending<unknown>): HttpRequest {
  const { method, path, query, body, repeatable } = call;
  return {
    method,
    url: `${apiUrl}${path}${query === undefined ? '' : `?${query}`}`,
    headers: {
      accept: 'application/json',
      'xc-token': secret,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A kept connection may be dead, and this call must not be sent again to find out.
    reset: !repeatable,
    timeout,
  };
}

function repeatIfHarmless(failure: Failure, { repeatable }: ApiCall<unknown>): Failure {
  return repeatable ? failure : { ...failure, repeat: 'never' };
}

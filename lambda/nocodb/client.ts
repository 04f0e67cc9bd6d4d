import { Agent, type Dispatcher } from 'undici';
import { VARIABLES as NOCODB_VARIABLES } from '../settings/settings.ts';
import type { Clock } from '../tracker/clock.ts';
import { InvalidResponseError, TokenRejectedError, type TrackerError } from '../tracker/errors.ts';
import type { ExchangeResponse, HttpMethod, RequestContext } from '../tracker/record-source.ts';
import { parseJson, type Refusal, readRefusal, shorten } from './error-response.ts';
import { ExchangeFault, exchange, failureOfFault, type HttpAnswer, type HttpRequest } from './exchange.ts';
import { UnexpectedShapeError } from './read-response.ts';
import { failureOfRefusal } from './response-errors.ts';
import { type Attempt, type CallNames, type Failure, withRetries } from './retry.ts';
import { readToken, type TokenProvider } from './token.ts';

/**
 * How connections are held. NocoDB closes idle ones after 5 s (Node's default), so those of the last tick are always
 * dead, and a proxy's longer promise means nothing to a Lambda that was frozen in between: they are kept for 4 s at the
 * most. There is one at a time, since calls come one after another; so a call that met a dead one is repeated on a new
 * one for certain, and not on another dead one.
 */
const CONNECTIONS = { connections: 1, keepAliveMaxTimeout: 4_000 };

/** What every call to one NocoDB needs. */
export interface ClientOptions {
  readonly apiUrl: string;
  readonly token: TokenProvider;
  readonly clock: Clock;
  readonly random: () => number;
  readonly dispatcher?: Dispatcher | undefined;
}

/** Sends calls to one NocoDB: token, time limits, retries, errors and reports are the same for all. */
export interface NocoDbClient {
  /** @throws {TrackerError} a subclass from `errors.ts`; never anything else */
  send<T>(call: ApiCall<T>, context: RequestContext): Promise<T>;
}

export function createNocoDbClient({
  apiUrl,
  token,
  clock,
  random,
  dispatcher,
}: ClientOptions): NocoDbClient {
  const line = {
    apiUrl,
    clock,
    dispatcher: dispatcher ?? new Agent(CONNECTIONS),
  };

  return {
    async send(call, { deadline, report }) {
      const names = { operation: call.operation, target: `${call.method} ${apiUrl}${call.path}` };
      const sendWith = (secret: string) =>
        withRetries((timeout) => attemptCall(line, { call, names, secret, report, timeout }), {
          clock,
          random,
          deadline,
          names,
        });

      const secret = await readToken(() => token.get(), names);
      try {
        return await sendWith(secret);
      } catch (error) {
        if (!(error instanceof TokenRejectedError)) throw error;
        const fresh = await readToken(() => token.refresh(), names);
        if (fresh === secret) throw error;
        return sendWith(fresh);
      }
    },
  };
}

/** One call of NocoDB's API. */
export interface ApiCall<T> {
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
  /** Whether sending it twice does no harm. Otherwise it is repeated only when it was never sent. */
  readonly repeatable: boolean;
  /** Reads a successful answer. @throws {UnexpectedShapeError} */
  read(answer: unknown): Reading<T>;
  /** What this call makes of a refusal, before the general rules do. */
  readRefusal?(refusal: Refusal, names: CallNames): Reading<T> | TrackerError | undefined;
}

/** What an answer says, and how many records are in it. */
export interface Reading<T> {
  readonly value: T;
  readonly records: number;
}

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

/** What an answer is: the value that was asked for, or a failure. */
export function understand<T>(
  answer: HttpAnswer,
  { call, names, secret }: Pick<Sending<T>, 'call' | 'names' | 'secret'>,
  clock: Clock,
): Reading<T> | Failure {
  if (answer.status < 200 || answer.status > 299) {
    // A debugging proxy may echo the request's headers: the token must not get into an error that way.
    const refusal = readRefusal({ ...answer, body: answer.body.replaceAll(secret, '[token]') });
    const special = call.readRefusal?.(refusal, names);
    if (special === undefined) return failureOfRefusal(refusal, names, clock);
    return 'value' in special ? special : { error: special, repeat: 'never' };
  }
  const json = parseJson(answer.body);
  if (json === undefined)
    return { error: notJson(answer.body.replaceAll(secret, '[token]'), names), repeat: 'later' };
  try {
    return call.read(json);
  } catch (error) {
    if (!(error instanceof UnexpectedShapeError)) throw error;
    return { error: wrongShape(error, names), repeat: 'never' };
  }
}

function notJson(body: string, names: CallNames): InvalidResponseError {
  const kind = body.trim() === '' ? 'nothing' : /^\s*</.test(body) ? 'HTML' : 'something else';
  const sample = kind === 'nothing' ? '' : `: ${shorten(body, 80)}`;
  return new InvalidResponseError({
    ...names,
    problem: `the server answered ${kind} instead of JSON${sample}`,
    hint: `See whether ${NOCODB_VARIABLES.apiUrl} is the address of NocoDB, and what a proxy before it answers.`,
  });
}

function wrongShape(error: UnexpectedShapeError, names: CallNames): InvalidResponseError {
  return new InvalidResponseError({
    ...names,
    problem: error.message,
    hint: 'See whether this is NocoDB, in a version with the v2 API, and whether a field was renamed.',
    cause: error,
  });
}

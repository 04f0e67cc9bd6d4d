import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../tracker/clock.ts';
import { TokenRejectedError, type TrackerError } from '../../tracker/errors.ts';
import type { ExchangeResponse, RequestContext } from '../../tracker/record-source.ts';
import { failureOfFault } from '../errors-of-exchange.ts';
import type { TokenProvider } from '../token.ts';
import { ExchangeFault, exchange } from './exchange.ts';
import type { Attempt, CallNames, Failure } from './failure.ts';
import { readToken } from './read-token.ts';
import type { Refusal } from './refusal.ts';
import { withRetries } from './retry.ts';
import { understand } from './understand.ts';

/**
 * Connections are kept for 4 s at the most: NocoDB closes idle ones after 5 s (Node's default), so that those of the
 * last tick are always dead, and a proxy's longer promise means nothing to a Lambda that was frozen in between.
 */
const KEEP_ALIVE_MILLISECONDS = 4_000;

/** What every call to one NocoDB needs. */
export interface ClientOptions {
  readonly apiUrl: string;
  readonly token: TokenProvider;
  readonly clock: Clock;
  readonly random: () => number;
  readonly dispatcher?: Dispatcher | undefined;
}

/** One call of NocoDB's API. */
export interface ApiCall<T> {
  /** `list records`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
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

/** Sends calls to one NocoDB: token, time limits, retries, errors and reports are the same for all. */
export interface NocoDbClient {
  /** @throws {TrackerError} a subclass from `errors.ts`; never anything else */
  send<T>(call: ApiCall<T>, context: RequestContext): Promise<T>;
}

export function createNocoDbClient(options: ClientOptions): NocoDbClient {
  const { apiUrl, token, clock, random } = options;
  const dispatcher = options.dispatcher ?? new Agent({ keepAliveMaxTimeout: KEEP_ALIVE_MILLISECONDS });

  async function send<T>(call: ApiCall<T>, context: RequestContext): Promise<T> {
    const names = namesOf(call, apiUrl);
    const first = await readToken(() => token.get(), names);
    try {
      return await sendWith(first, call, context, names);
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error;
      const second = await readToken(() => token.refresh(), names);
      if (second === first) throw error;
      return sendWith(second, call, context, names);
    }
  }

  function sendWith<T>(
    secret: string,
    call: ApiCall<T>,
    context: RequestContext,
    names: CallNames,
  ): Promise<T> {
    const attempt = (timeout: number) => attemptOnce(secret, call, context, names, timeout);
    return withRetries(attempt, { clock, random, deadline: context.deadline, names });
  }

  async function attemptOnce<T>(
    secret: string,
    call: ApiCall<T>,
    { report }: RequestContext,
    names: CallNames,
    timeout: number,
  ): Promise<Attempt<T>> {
    const { method, path, query, body, params, recordIds } = call;
    const endpoint = new URL(apiUrl + path).pathname;
    const startedAt = clock.now();
    const reported = (outcome: ExchangeResponse['outcome'], status: number, bytes: number, records = 0) =>
      report({
        type: 'nocodb.response',
        method,
        endpoint,
        outcome,
        status,
        milliseconds: clock.now() - startedAt,
        bytes,
        records,
      });

    report({ type: 'nocodb.request', method, endpoint, params, recordIds });
    try {
      const answer = await exchange(
        {
          method,
          url: `${apiUrl}${path}${query === undefined ? '' : `?${query}`}`,
          headers: {
            accept: 'application/json',
            'xc-token': secret,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          timeout,
        },
        dispatcher,
      );
      const outcome = understand(answer, secret, call, names, clock);
      if ('value' in outcome) reported('ok', answer.status, answer.bytes, outcome.records);
      else reported(answer.status === 429 ? 'rateLimited' : 'failed', answer.status, answer.bytes);
      return 'value' in outcome ? outcome : soften(outcome, call.repeatable);
    } catch (error) {
      if (!(error instanceof ExchangeFault)) throw error;
      reported('failed', error.status, error.bytes);
      return soften(failureOfFault(error, timeout, names), call.repeatable || error.reason === 'unreachable');
    }
  }

  return { send };
}

function soften(failure: Failure, repeatable: boolean): Failure {
  return repeatable ? failure : { ...failure, repeat: 'never' };
}

function namesOf({ operation, method, path }: ApiCall<unknown>, apiUrl: string): CallNames {
  return { operation, target: `${method} ${apiUrl}${path}` };
}

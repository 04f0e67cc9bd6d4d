import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../tracker/clock.ts';
import { TokenRejectedError } from '../../tracker/errors.ts';
import type { RequestContext } from '../../tracker/record-source.ts';
import type { TokenProvider } from '../token.ts';
import type { ApiCall } from './api-call.ts';
import { attemptCall } from './attempt.ts';
import { readToken } from './read-token.ts';
import { withRetries } from './retry.ts';

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

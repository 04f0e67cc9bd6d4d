import type { Clock } from '../tracker/clock.ts';
import { TimeoutError, type TrackerError } from '../tracker/errors.ts';
import type { Pacer } from '../tracker/pacer.ts';
import type { CallNames } from './errors.ts';
import { type ExchangeError, isSuccess } from './exchange.ts';

/** The most attempts of a call, the first one included. */
export const MAX_ATTEMPTS = 3;

/** The longest back-off before the second attempt, milliseconds. It doubles with each attempt. */
export const MAX_FIRST_BACKOFF_MS = 400;

export interface RetryOptions {
  readonly clock: Clock;
  /** Keeps the attempts apart. */
  readonly pacer: Pacer;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Epoch milliseconds after which nothing is sent. */
  readonly deadline: number;
  readonly names: CallNames;
}

/** The result of sending a call once. */
export type AttemptResult<T> = { readonly value: T } | FailedAttempt;

export interface FailedAttempt {
  readonly error: TrackerError;
  readonly repeat: Repeat;
}

/**
 * Whether a failed attempt may be followed by another.
 *
 * - `never`: the next response would be the same, or a second attempt could do harm.
 * - `atOnce`: without a back-off, because the kept connection was closed, and a new connection is likely to work. Only
 *   once for each call.
 * - `later`: after a back-off.
 */
export type Repeat = 'never' | 'atOnce' | 'later';

/**
 * Sends a call until it succeeds, must not be repeated, or has no time left.
 *
 * The back-off has full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter), and attempts
 * are as far apart as other requests. Each attempt gets all of the remaining time, and no attempt follows a timeout: the
 * caller of a request that takes too long can send a smaller one, which is better than the same one again.
 *
 * @param attempt sends the call once; its parameter is the time limit in milliseconds
 * @throws {TrackerError} the error of the last attempt
 */
export async function withRetries<T>(
  attempt: (timeout: number) => Promise<AttemptResult<T>>,
  { clock, pacer, random, deadline, names }: RetryOptions,
): Promise<T> {
  let mayRepeatAtOnce = true;
  let failure: TrackerError | undefined;
  for (let number = 1; ; number += 1) {
    if (!(await pacer.turn(deadline))) throw failure ?? outOfTime(names);
    pacer.sent();
    const result = await attempt(deadline - clock.now());
    if ('value' in result) return result.value;
    failure = result.error;
    if (result.repeat === 'never' || number === MAX_ATTEMPTS) throw failure;
    const atOnce = result.repeat === 'atOnce' && mayRepeatAtOnce;
    if (atOnce) mayRepeatAtOnce = false;
    const backoff = atOnce ? 0 : random() * MAX_FIRST_BACKOFF_MS * 2 ** (number - 1);
    if (clock.now() + backoff >= deadline) throw failure;
    if (backoff > 0) await clock.sleep(backoff);
  }
}

/** What a call says about its repetition. */
export interface RepeatRules {
  /** Whether the call can be sent twice without harm. If not, it is repeated only when it was never sent. */
  readonly repeatable: boolean;
  /** Error statuses after which this call is not repeated, although others are. @default none */
  readonly finalStatuses?: readonly number[];
}

/** Codes for a host that does not exist, and for certificates that are not trusted: a repeat does not help. */
const LASTING_CODES = /^(?:ENOTFOUND|ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

/** Whether to repeat a call that got no complete response. */
export function repeatAfterExchange({ reason, code }: ExchangeError, { repeatable }: RepeatRules): Repeat {
  // The request was never sent, so a repeat is safe for every call.
  if (reason === 'unreachable') return LASTING_CODES.test(code) ? 'never' : 'later';
  if (!repeatable || reason === 'tooLarge' || reason === 'timeout') return 'never';
  return reason === 'reset' ? 'atOnce' : 'later';
}

/**
 * Whether to repeat a call whose response is an error. Only two kinds may pass: a fault of the server that is not a
 * timeout, and a success status without JSON, which a proxy sends while NocoDB starts.
 */
export function repeatAfterResponse(
  status: number,
  error: TrackerError,
  { repeatable, finalStatuses = [] }: RepeatRules,
): Repeat {
  const isTimeout = error.smallerMayPass;
  const mayPass = (error.kind === 'ServerFault' && !isTimeout) || isSuccess(status);
  return mayPass && repeatable && !finalStatuses.includes(status) ? 'later' : 'never';
}

function outOfTime(names: CallNames): TimeoutError {
  return new TimeoutError({
    ...names,
    problem: 'no time was left to send it',
    hint: 'If it happens often, see what NocoDB is busy with, or make the interval longer.',
  });
}

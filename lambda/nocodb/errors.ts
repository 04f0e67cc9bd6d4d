import type { IncomingHttpHeaders } from 'node:http';
import { VARIABLES } from '../settings/settings.ts';
import {
  AccessDeniedError,
  ConnectionFailedError,
  EndpointNotFoundError,
  FieldNotFoundError,
  InvalidQueryError,
  InvalidResponseError,
  QuotaUsedUpError,
  RateLimitedError,
  ServerFaultError,
  TableNotFoundError,
  TimeoutError,
  TokenRejectedError,
  type TrackerError,
  type TrackerErrorDetails,
  UrlTooLongError,
} from '../tracker/errors.ts';
import {
  type ErrorResponse,
  isFieldUnknown,
  isFieldUnsuitable,
  isGatewayTimeout,
  isInternalError,
  isPassing,
  isPathUnknown,
  isQueryRefused,
  isQuotaUsedUp,
  isTableGone,
  isTooLong,
  shorten,
} from './error-response.ts';
import { type ExchangeError, MAX_RESPONSE_BYTES } from './exchange.ts';
import { penaltyEnd, QUOTA_PENALTY_MS } from './retry-after.ts';

/** What every error of one call names. */
export interface CallNames {
  /** `list records`. */
  readonly operation: string;
  /** Method and URL without the query. */
  readonly target: string;
}

/** The error for an exchange without a complete response. @param timeout the limit of the exchange, milliseconds */
export function toErrorFromExchange(error: ExchangeError, timeout: number, names: CallNames): TrackerError {
  const { reason, code, cause, bytes } = error;
  switch (reason) {
    case 'timeout':
      return new TimeoutError({
        ...names,
        problem: `no complete answer within ${Math.round(timeout)} ms`,
        hint: 'See what NocoDB is busy with, and whether the network between lets the request through.',
        smallerMayPass: true,
        cause,
      });
    case 'reset':
      return new ConnectionFailedError({
        ...names,
        problem: `the connection was closed before an answer (${code})`,
        hint: 'See whether NocoDB restarts, and what stands between it and the tracker.',
        smallerMayPass: true,
        cause,
      });
    case 'unreachable':
      return new ConnectionFailedError({
        ...names,
        problem: `no connection (${code || messageOf(cause)})`,
        hint: `See whether NocoDB runs, and whether ${VARIABLES.apiUrl} is its address as seen from the tracker.`,
        cause,
      });
    case 'tooLarge':
      return new InvalidResponseError({
        ...names,
        problem: `the answer is larger than ${MAX_RESPONSE_BYTES} bytes`,
        hint: `See whether ${VARIABLES.apiUrl} is the address of NocoDB.`,
      });
    case 'broken':
      return new InvalidResponseError({
        ...names,
        problem: `the answer broke off after ${bytes} bytes (${code || messageOf(cause)})`,
        hint: 'See whether NocoDB or a proxy before it restarts, and whether it speaks http or https.',
        smallerMayPass: true,
        cause,
      });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'no reason given';
}

/** The error for a response with a success status whose body is not JSON. */
export function toErrorFromText(body: string, names: CallNames): TrackerError {
  const kind = body.trim() === '' ? 'nothing' : /^\s*</.test(body) ? 'HTML' : 'something else';
  const sample = kind === 'nothing' ? '' : `: ${shorten(body, 80)}`;
  return new InvalidResponseError({
    ...names,
    problem: `the server answered ${kind} instead of JSON${sample}`,
    hint: `See whether ${VARIABLES.apiUrl} is the address of NocoDB, and what a proxy before it answers.`,
  });
}

/** What the error for an error response depends on besides the response. */
export interface ErrorContext {
  readonly names: CallNames;
  readonly headers: IncomingHttpHeaders;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The error for a response with an error status; the response is its `cause`. */
export function toErrorFromResponse(
  response: ErrorResponse,
  { names, headers, now }: ErrorContext,
): TrackerError {
  const smallerMayPass = isTooLong(response) || isGatewayTimeout(response);
  const idMayBeBad = isInternalError(response);
  const details = { ...names, problem: response.message, cause: response, smallerMayPass, idMayBeBad };
  // Before the status: a quota may be answered with the status of a rate limit.
  if (isQuotaUsedUp(response)) {
    const retryAt = now + QUOTA_PENALTY_MS;
    const hint = `Upgrade the plan of the workspace in NocoDB Cloud, or set ${VARIABLES.intervalSeconds}=webhook for the next month. The tracker tries again at ${new Date(retryAt).toISOString()}, then once an hour; the webhook still confirms payments.`;
    return new QuotaUsedUpError({ ...details, hint, retryAt });
  }
  if (response.status === 429) {
    const retryAt = penaltyEnd(headers, now);
    const hint = `Nothing is sent before ${new Date(retryAt).toISOString()}; if it happens often, make the interval longer or create a NocoDB user that only the tracker uses.`;
    return new RateLimitedError({ ...details, hint, retryAt });
  }
  if (response.status >= 300 && response.status < 400) {
    return new EndpointNotFoundError({ ...details, hint: redirectHint(headers, names) });
  }
  const rule = RULES.find(({ matches }) => matches(response));
  const ErrorClass = rule?.error ?? InvalidResponseError;
  const hint = rule?.hint ?? 'See what NocoDB or a proxy before it means by that.';
  return new ErrorClass({ ...details, hint: hint + proxyHint(response) });
}

/** A kind of error response, the error for it, and what people can do about it. */
interface Rule {
  readonly matches: (response: ErrorResponse) => boolean;
  readonly error: new (details: TrackerErrorDetails) => TrackerError;
  readonly hint: string;
}

/** The first rule that matches applies. */
const RULES: readonly Rule[] = [
  {
    matches: ({ status }) => status === 401,
    error: TokenRejectedError,
    hint: 'Create an API token in NocoDB (Team & Settings, API Tokens) and store it as the token.',
  },
  {
    matches: ({ status }) => status === 403,
    error: AccessDeniedError,
    hint: "Give the token's user at least the viewer role in the table's base.",
  },
  {
    matches: isTooLong,
    error: UrlTooLongError,
    hint: 'Raise the limit of NocoDB or of the proxy before it.',
  },
  {
    matches: isTableGone,
    error: TableNotFoundError,
    hint: `Set ${VARIABLES.tableId} to the table's id (m…, in the address bar when the table is open), not to its title, and ${VARIABLES.baseId}, if it is set, to the id of its base (p…).`,
  },
  {
    matches: isFieldUnknown,
    error: FieldNotFoundError,
    hint: `Set ${VARIABLES.idField}, ${VARIABLES.paidField} and ${VARIABLES.ownerField} to titles of the table's fields, letter for letter, or to their ids (c…), which survive renaming.`,
  },
  {
    matches: isFieldUnsuitable,
    error: FieldNotFoundError,
    hint: `Without ${VARIABLES.paidValues}, ${VARIABLES.paidField} has to name a checkbox; with it, a select, text or number field.`,
  },
  {
    matches: isPathUnknown,
    error: EndpointNotFoundError,
    hint: `Set ${VARIABLES.apiUrl} to the address of NocoDB, as in https://nocodb.example.com.`,
  },
  {
    matches: isQueryRefused,
    error: InvalidQueryError,
    hint: 'See what is special about the record ids and values in it.',
  },
  {
    matches: isPassing,
    error: ServerFaultError,
    hint: 'See the log of NocoDB.',
  },
];

function proxyHint({ fromNocoDb, status, reason }: ErrorResponse): string {
  // NocoDB's own 431 comes from Node without a body.
  if (fromNocoDb || status === 431 || reason === '') return '';
  return ' The answer is not in the form of NocoDB; a proxy before it may have given it.';
}

function redirectHint({ location }: IncomingHttpHeaders, { target }: CallNames): string {
  const [, from] = target.split(' ');
  const url = location === undefined ? null : URL.parse(location, from);
  const to = url === null ? 'another address' : `${url.origin}${url.pathname}`;
  return `It redirects to ${to}: set ${VARIABLES.apiUrl} to the address that answers without a redirect, usually https instead of http.`;
}

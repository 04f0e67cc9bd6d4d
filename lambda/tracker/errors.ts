/** Error kinds: the `ErrorKind` dimension of the metrics and the `lastError.kind` of the stats. */
export const ERROR_KINDS = [
  'RateLimited',
  'TokenRejected',
  'AccessDenied',
  'TableNotFound',
  'FieldNotFound',
  'EndpointNotFound',
  'UrlTooLong',
  'InvalidQuery',
  'BulkListUnsupported',
  'ChangesUnsupported',
  'ServerFault',
  'Timeout',
  'ConnectionFailed',
  'InvalidResponse',
  'TableWriteFailed',
  'TableUnavailable',
  'SourceLooksWrong',
  'LayoutTooNew',
  'Unexpected',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/** What every error of the tracker carries beside its message. */
export interface TrackerErrorDetails {
  /** What was being done: `list records`. */
  readonly operation: string;
  /** What it was done to, without secrets: `GET https://nocodb.example/api/v2/tables/m1/records`. */
  readonly target: string;
  /** What went wrong, in one sentence without a full stop. */
  readonly problem: string;
  /** What the reader can do about it, in one sentence. */
  readonly hint: string;
  readonly cause?: unknown;
  /** Whether the same request with fewer record ids may succeed. @default false */
  readonly smallerMayPass?: boolean;
}

/** Base of the errors that a tick throws; `kind` tells them apart in logs, metrics and stats. */
export abstract class TrackerError extends Error {
  abstract readonly kind: ErrorKind;
  readonly operation: string;
  readonly target: string;
  readonly problem: string;
  readonly hint: string;
  /** Whether the same request with fewer record ids may succeed. */
  readonly smallerMayPass: boolean;

  constructor(details: TrackerErrorDetails) {
    const { operation, target, problem, hint, cause, smallerMayPass = false } = details;
    super(`${operation} [${target}]: ${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.operation = operation;
    this.target = target;
    this.problem = problem;
    this.hint = hint;
    this.smallerMayPass = smallerMayPass;
  }
}

/** NocoDB answered 429: nothing may be sent before `retryAt`. */
export class RateLimitedError extends TrackerError {
  readonly kind = 'RateLimited';
  /** Epoch milliseconds. */
  readonly retryAt: number;

  constructor(details: TrackerErrorDetails & { readonly retryAt: number }) {
    super(details);
    this.retryAt = details.retryAt;
  }
}

/** NocoDB answered 401: the token is unknown or revoked. */
export class TokenRejectedError extends TrackerError {
  readonly kind = 'TokenRejected';
}

/** NocoDB answered 403: the token has no right to this base. */
export class AccessDeniedError extends TrackerError {
  readonly kind = 'AccessDenied';
}

/** NocoDB knows no such table. */
export class TableNotFoundError extends TrackerError {
  readonly kind = 'TableNotFound';
}

/** NocoDB's table has no such field. */
export class FieldNotFoundError extends TrackerError {
  readonly kind = 'FieldNotFound';
}

/** Something answered, but not NocoDB's API: a wrong path or another server. */
export class EndpointNotFoundError extends TrackerError {
  readonly kind = 'EndpointNotFound';
}

/** The URL was longer than the server or a proxy before it accepts (414 or 431). */
export class UrlTooLongError extends TrackerError {
  readonly kind = 'UrlTooLong';
}

/** NocoDB's database refused the query (400): as a rule because of one record id in it. */
export class InvalidQueryError extends TrackerError {
  readonly kind = 'InvalidQuery';
}

/** The server has no `bulk/datalist` endpoint; the query plan falls back to GET batches. */
export class BulkListUnsupportedError extends TrackerError {
  readonly kind = 'BulkListUnsupported';
}

/** The table has no fields that NocoDB sets when a record changes; the sweep finds what is paid. */
export class ChangesUnsupportedError extends TrackerError {
  readonly kind = 'ChangesUnsupported';
}

/** An audit found too few of the records it asked for: the table looks like another one, and nothing was written. */
export class SourceLooksWrongError extends TrackerError {
  readonly kind = 'SourceLooksWrong';
}

/** NocoDB answered 5xx, and the retries inside the deadline did too. */
export class ServerFaultError extends TrackerError {
  readonly kind = 'ServerFault';
}

/** No complete answer before the deadline. */
export class TimeoutError extends TrackerError {
  readonly kind = 'Timeout';
}

/** No connection, or one that died under the request and under its retry. */
export class ConnectionFailedError extends TrackerError {
  readonly kind = 'ConnectionFailed';
}

/** An answer that is not what NocoDB's API gives: HTML, half a body, another shape. */
export class InvalidResponseError extends TrackerError {
  readonly kind = 'InvalidResponse';
}

/** Payments that NocoDB shows as paid could not all be written; the next tick repeats them. */
export class TableWriteFailedError extends TrackerError {
  readonly kind = 'TableWriteFailed';
}

/** A userId or recordId that no payment can have. Thrown to the bot, before anything is written. */
export class InvalidIdError extends TypeError {
  readonly field: 'userId' | 'recordId';

  constructor(field: 'userId' | 'recordId', value: unknown, expected: string) {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
    super(`${field} ${shown} is not valid: expected ${expected}.`);
    this.name = new.target.name;
    this.field = field;
  }
}

/** The {@link ErrorKind} of anything thrown. */
export function errorKind(error: unknown): ErrorKind {
  return error instanceof TrackerError ? error.kind : 'Unexpected';
}

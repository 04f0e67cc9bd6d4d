/**
 * Kinds of errors: `error.kind` in the logs. Those that a tick throws are also the `ErrorKind` dimension of the metrics
 * and `lastError.kind` of the stats.
 */
export const ERROR_KINDS = [
  'RateLimited',
  'QuotaUsedUp',
  'TokenRejected',
  'TokenUnavailable',
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
  'SourceChanged',
  'WebhookSilent',
  'LayoutTooNew',
  'UnreadableRecord',
  'EventRefused',
  'PostFailed',
  'UnusableSecret',
  'Unexpected',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

/**
 * Kinds of a tick's errors that only a person can mend: they set off the alarm ActionNeeded. infra/README.md says what to do
 * about each.
 */
export const ACTION_NEEDED: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'QuotaUsedUp',
  'TokenRejected',
  'TokenUnavailable',
  'AccessDenied',
  'TableNotFound',
  'FieldNotFound',
  'EndpointNotFound',
  'SourceLooksWrong',
  'SourceChanged',
  'WebhookSilent',
  'LayoutTooNew',
]);

/** What every error of the tracker carries in addition to its message. */
export interface TrackerErrorDetails {
  /** The operation that failed: `list records`. */
  readonly operation: string;
  /** The target of the operation, without secrets: `GET https://nocodb.example/api/v2/tables/m1/records`. */
  readonly target: string;
  /** What went wrong, in one sentence without a full stop. */
  readonly problem: string;
  /** What people can do about it, in full sentences. */
  readonly hint: string;
  readonly cause?: unknown;
  /** Whether the same request with fewer record ids may succeed. @default false */
  readonly smallerMayPass?: boolean;
  /** Whether one of the record ids asked for may be the reason, as well as trouble of the server. @default false */
  readonly idMayBeBad?: boolean;
}

/**
 * Base of the errors that the tracker's functions throw or log. The message is `operation [target]: problem. hint`; logs
 * also show the parts as fields.
 */
export abstract class TrackerError extends Error {
  abstract readonly kind: ErrorKind;
  readonly operation: string;
  readonly target: string;
  readonly problem: string;
  readonly hint: string;
  /** Whether the same request with fewer record ids may succeed. */
  readonly smallerMayPass: boolean;
  /** Whether one of the record ids asked for may be the reason, as well as trouble of the server. */
  readonly idMayBeBad: boolean;

  constructor(details: TrackerErrorDetails) {
    const { operation, target, problem, hint, cause, smallerMayPass = false, idMayBeBad = false } = details;
    super(`${operation} [${target}]: ${problem}. ${hint}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.operation = operation;
    this.target = target;
    this.problem = problem;
    this.hint = hint;
    this.smallerMayPass = smallerMayPass;
    this.idMayBeBad = idMayBeBad;
  }
}

/** The {@link ErrorKind} of anything thrown. */
export function errorKind(error: unknown): ErrorKind {
  return error instanceof TrackerError ? error.kind : 'Unexpected';
}

/** An error after which nothing may be sent to NocoDB for a while. */
abstract class PenaltyError extends TrackerError {
  /** When the next request may be sent, epoch milliseconds. */
  readonly retryAt: number;

  constructor(details: TrackerErrorDetails & { readonly retryAt: number }) {
    super(details);
    this.retryAt = details.retryAt;
  }
}

/** NocoDB answered 429. */
export class RateLimitedError extends PenaltyError {
  readonly kind = 'RateLimited';
}

/** The plan of NocoDB Cloud allows no more API calls this month. */
export class QuotaUsedUpError extends PenaltyError {
  readonly kind = 'QuotaUsedUp';
}

/** Until when nothing may be sent after an error, epoch milliseconds; `undefined`: the next slot may try again. */
export function penaltyOf(error: unknown): number | undefined {
  return error instanceof PenaltyError ? error.retryAt : undefined;
}

/** NocoDB answered 401: the token is unknown or revoked. */
export class TokenRejectedError extends TrackerError {
  readonly kind = 'TokenRejected';
}

/** The token could not be read where it is stored, and there is no older one that NocoDB accepts. */
export class TokenUnavailableError extends TrackerError {
  readonly kind = 'TokenUnavailable';
}

/** NocoDB answered 403: the token has no access to this base. */
export class AccessDeniedError extends TrackerError {
  readonly kind = 'AccessDenied';
}

/** NocoDB has no such table. */
export class TableNotFoundError extends TrackerError {
  readonly kind = 'TableNotFound';
}

/** NocoDB's table has no such field. */
export class FieldNotFoundError extends TrackerError {
  readonly kind = 'FieldNotFound';
}

/** The response is not from NocoDB's API: the path is wrong, or it is another server. */
export class EndpointNotFoundError extends TrackerError {
  readonly kind = 'EndpointNotFound';
}

/** The URL is longer than the server or a proxy in front of it accepts (414 or 431). */
export class UrlTooLongError extends TrackerError {
  readonly kind = 'UrlTooLong';
}

/** NocoDB's database refused the query (400), usually because of one record id in it. */
export class InvalidQueryError extends TrackerError {
  readonly kind = 'InvalidQuery';
}

/** The server has no `bulk/datalist` endpoint; the query plan falls back to GET requests. */
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

/** Payments were tracked while the tracker watched another table, and none of them is confirmed until people agree. */
export class SourceChangedError extends TrackerError {
  readonly kind = 'SourceChanged';
}

/** Ticks confirmed payments that NocoDB's webhook should have reported, again and again. The payments are confirmed. */
export class WebhookSilentError extends TrackerError {
  readonly kind = 'WebhookSilent';
}

/** NocoDB answered 5xx, also to the retries before the deadline. */
export class ServerFaultError extends TrackerError {
  readonly kind = 'ServerFault';
}

/** NocoDB did not send a complete response before the deadline. */
export class TimeoutError extends TrackerError {
  readonly kind = 'Timeout';
}

/** There was no connection, or the connection broke during the request and again during its retry. */
export class ConnectionFailedError extends TrackerError {
  readonly kind = 'ConnectionFailed';
}

/** The response is not in the form of NocoDB's API: HTML, an incomplete body, or another shape. */
export class InvalidResponseError extends TrackerError {
  readonly kind = 'InvalidResponse';
}

/** Not all payments that NocoDB shows as paid could be written; the next tick repeats the rest. */
export class TableWriteFailedError extends TrackerError {
  readonly kind = 'TableWriteFailed';
}

/** A user id or record id that is not valid. Thrown to the bot before anything is written. */
export class InvalidIdError extends TypeError {
  readonly field: 'userId' | 'recordId';

  constructor(field: 'userId' | 'recordId', value: unknown, expected: string) {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
    super(`${field} ${shown} is not valid: expected ${expected}.`);
    this.name = new.target.name;
    this.field = field;
  }
}

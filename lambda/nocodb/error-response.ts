/**
 * A response with an error status, in NocoDB's terms as far as it has them. It is the `cause` of the `TrackerError` that
 * the client throws for it. It holds no headers: they could contain secrets.
 */
export class ErrorResponse extends Error {
  readonly status: number;
  /** NocoDB's error code: `ERR_TABLE_NOT_FOUND`. Many responses of NocoDB and all responses of proxies have none. */
  readonly code: string | undefined;
  /** The code of NocoDB's database, next to `ERR_DATABASE_OP_FAILED`: `22P02`, `SQLITE_BUSY`, `ECONNREFUSED`. */
  readonly databaseCode: string | undefined;
  /** The server's explanation, shortened; `''` when it gives none. */
  readonly reason: string;
  /** Whether the body is an object, as NocoDB sends it. If not, a proxy may have answered. */
  readonly fromNocoDb: boolean;

  constructor({ status, code, databaseCode, reason, fromNocoDb }: ErrorResponseFields) {
    const numbers = [status, code, databaseCode].filter((part) => part !== undefined).join(' ');
    const words = reason.replace(/\.$/, '');
    super(`the server answered ${numbers}${words === '' ? '' : `: ${words}`}`);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.databaseCode = databaseCode;
    this.reason = reason;
    this.fromNocoDb = fromNocoDb;
  }
}

type ErrorResponseFields = Pick<ErrorResponse, 'status' | 'code' | 'databaseCode' | 'reason' | 'fromNocoDb'>;

/** NocoDB's error codes. Other servers put texts such as `Not Found` in the same place. */
const CODE = /^[A-Z][A-Z_]+$/;

/**
 * Reads a response with an error status. NocoDB's bodies vary: `{ error, message }`, `{ msg }`,
 * `{ error, message, code }`, a bare JSON string, or nothing (measured on 0.301.3).
 */
export function readErrorResponse(status: number, body: string): ErrorResponse {
  const json = parseJson(body);
  const { error, message, msg, code } = isObject(json) ? json : {};
  const reason = [message, msg, json, titleOf(body)].find((text) => typeof text === 'string');
  return new ErrorResponse({
    status,
    code: typeof error === 'string' && CODE.test(error) ? error : undefined,
    databaseCode: typeof code === 'string' ? code : undefined,
    reason: shorten(withoutQuery(reason ?? '')),
    fromNocoDb: isObject(json),
  });
}

/** Parses a text as JSON. @returns `undefined` when it is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Characters of a server's text that go into an error. */
const MAX_REASON_LENGTH = 200;

/** Makes a text from outside fit into one line: without line breaks and control characters, and not too long. */
export function shorten(text: string, maxLength = MAX_REASON_LENGTH): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength)}…`;
}

/** Express repeats the whole URL of an unknown path. Hundreds of record ids do not help in a log. */
function withoutQuery(reason: string): string {
  return /^Cannot [A-Z]+ /.test(reason) ? reason.replace(/\?\S*/, '') : reason;
}

function titleOf(html: string): string | undefined {
  return /<title[^>]*>([^<]*)<\/title>/i.exec(html.slice(0, 4096))?.[1];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What an error response means. The status alone does not say it: a 404 may mean the table, a field or the path; a 400
// may be a bad id, or a database that is down. NocoDB's error codes decide, and for ERR_DATABASE_OP_FAILED the codes of
// its database.

/**
 * Whether the table, or its base, does not exist: its code, which is a 404 in v2 and a 422 in v3, or another 404 of v2 whose
 * code is not about a field.
 */
export function isTableGone(response: ErrorResponse): boolean {
  const { status, code, reason } = response;
  if (isDatabaseError(response)) return /^The table .* does not exist/.test(reason);
  if (hasCode(response, 'TABLE_NOT_FOUND') || hasCode(response, 'BASE_NOT_FOUND')) return true;
  return status === 404 && code !== undefined && !isPathUnknown(response) && !isFieldUnknown(response);
}

/**
 * Whether a field does not exist. In v2 it is a 404 when `fields` names the field, and a 422 without a code when `where`
 * does; in v3 it is a 422 with one of two codes (measured on 0.301.3). The tracker's filters are otherwise valid.
 */
export function isFieldUnknown(response: ErrorResponse): boolean {
  const { status, reason } = response;
  if (isDatabaseError(response)) return /^The column .* does not exist/.test(reason);
  if (hasCode(response, 'FIELD_NOT_FOUND') || hasCode(response, 'INVALID_FILTER')) return true;
  return status === 422 && /^Column alias '.*' not found/.test(reason);
}

/**
 * Whether the type of the paid field does not allow the configured comparison, such as a checkbox with values. NocoDB
 * reports it itself for some types. For a text field with `checked`, PostgreSQL reports an unknown operator (42883).
 */
export function isFieldUnsuitable(response: ErrorResponse): boolean {
  const { databaseCode, reason } = response;
  if (hasCode(response, 'FILTER_VERIFICATION_FAILED')) return /Operation \w+ is not supported/.test(reason);
  return databaseCode === '42883';
}

/**
 * Whether the path does not exist on the server that answered: a 404 without a code of NocoDB, or below `/api/v3` with the
 * code `NOT_FOUND`. So answers a server that does not have a version of the API.
 */
export function isPathUnknown({ status, code }: ErrorResponse): boolean {
  return (status === 404 || status === 405 || status === 410) && (code === undefined || code === 'NOT_FOUND');
}

/**
 * Whether the workspace has used up the API calls of its plan in NocoDB Cloud. Free workspaces are refused at once, others
 * after a grace period: 403 with `details` `{ plan, limit, current, higherPlan }` (`planLimitExceeded` in NocoDB's source;
 * https://nocodb.com/docs/apis/errors). Any other limit of a plan is about writing, and the tracker only reads.
 */
export function isQuotaUsedUp(response: ErrorResponse): boolean {
  return hasCode(response, 'PLAN_LIMIT_EXCEEDED');
}

/** Whether the request is too long. nginx answers 400 when the headers exceed its buffers. */
export function isTooLong({ status, reason }: ErrorResponse): boolean {
  if (status === 400) return /header.* too large/i.test(reason);
  return status === 413 || status === 414 || status === 431;
}

/** A proxy, or NocoDB itself, waited too long for the response. */
export function isGatewayTimeout({ status }: ErrorResponse): boolean {
  return status === 408 || status === 504;
}

/** Codes for values that the database does not accept: PostgreSQL's classes 22 and 23, and those of MySQL and SQLite. */
const BAD_VALUE_CODES =
  /^(?:2[23]...|ER_(?:TRUNCATED_)?WRONG_VALUE\w*|ER_WARN_DATA_OUT_OF_RANGE|SQLITE_(?:MISMATCH|RANGE|CONSTRAINT))$/;

/**
 * Whether the query itself is refused, usually because of one record id in it: a 400 in v2, a 422 in v3. Of the database's
 * errors only those about values count: while its database is down, NocoDB answers 400 `ERR_DATABASE_OP_FAILED` too (with `57P01`, then
 * `ECONNREFUSED`; measured on 0.301.3 with PostgreSQL), and no payment may become invalid because of that.
 */
export function isQueryRefused(response: ErrorResponse): boolean {
  const { status, databaseCode, fromNocoDb } = response;
  if (isDatabaseError(response)) return databaseCode !== undefined && BAD_VALUE_CODES.test(databaseCode);
  return (status === 400 || status === 422) && fromNocoDb && !isDatabaseUnreachable(response);
}

/**
 * Whether NocoDB answered 500 without a reason, as it does for some bad ids on PostgreSQL: it runs the list and its count at
 * the same time, and if the list fails first, the error of the database is lost (`getDataList` in
 * `src/services/datas.service.ts` of 0.301.3; measured: 1 in 10 to 1 in 3, in v2 and in v3). A repeat shows mostly which of
 * the two it is.
 */
export function isInternalError(response: ErrorResponse): boolean {
  return response.status === 500 && hasCode(response, 'INTERNAL_SERVER');
}

/** Whether the server, or a database behind it, cannot answer at the moment. */
export function isPassing(response: ErrorResponse): boolean {
  const { status } = response;
  return status >= 500 || status === 408 || isDatabaseError(response) || isDatabaseUnreachable(response);
}

function isDatabaseError(response: ErrorResponse): boolean {
  const isError = hasCode(response, 'DATABASE_OP_FAILED') || hasCode(response, 'DATABASE_ERROR');
  return isError && response.status < 500;
}

/** NocoDB's codes for a database that a user connected to it: 400 and 408. */
function isDatabaseUnreachable(response: ErrorResponse): boolean {
  return hasCode(response, 'IN_EXTERNAL_DATA_SOURCE') || hasCode(response, 'EXTERNAL_DATA_SOURCE_TIMEOUT');
}

/** Whether NocoDB gives this code; newer versions put `ERR_` before it. */
function hasCode({ code }: ErrorResponse, name: string): boolean {
  return code === name || code === `ERR_${name}`;
}

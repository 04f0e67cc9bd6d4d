import type { HttpAnswer } from './exchange.ts';

/** Characters of a server's text that go into an error. */
const MAX_REASON_LENGTH = 200;

/** NocoDB's error codes; a text such as `Not Found` in their place comes from somebody else. */
const CODE = /^[A-Z][A-Z_]+$/;

/** An answer that says no: what it says in NocoDB's own terms, as far as it does. */
export interface Refusal extends Pick<HttpAnswer, 'status' | 'headers'> {
  /** NocoDB's error code: `ERR_TABLE_NOT_FOUND`. Absent in many of its answers, and in those of proxies. */
  readonly code?: string;
  /** The code of NocoDB's database, beside `ERR_DATABASE_OP_FAILED`: `22P02`, `SQLITE_BUSY`, `ECONNREFUSED`. */
  readonly databaseCode?: string;
  /** The server's words, shortened; `''` when it has none. */
  readonly reason: string;
  /** Whether the body is an object as NocoDB sends it: otherwise something in front of it may have answered. */
  readonly fromNocoDb: boolean;
}

/**
 * Reads what a refusal says. NocoDB's bodies vary: `{ error, message }`, `{ msg }`, `{ error, message, code }`, a bare
 * JSON string, none at all (measured on 0.301.3).
 */
export function readRefusal({ status, headers, body }: HttpAnswer): Refusal {
  const json = parseJson(body);
  const { error, message, msg, code } = isObject(json) ? json : {};
  const reason = [message, msg, json, titleOf(body)].find((text) => typeof text === 'string');
  return {
    status,
    headers,
    ...(typeof error === 'string' && CODE.test(error) ? { code: error } : {}),
    ...(typeof code === 'string' ? { databaseCode: code } : {}),
    reason: shorten(withoutQuery(typeof reason === 'string' ? reason : '')),
    fromNocoDb: isObject(json),
  };
}

/** A text from outside as part of one line: no line breaks, no control characters, not too long. */
export function shorten(text: string, longest = MAX_REASON_LENGTH): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}

/** Express repeats the whole URL of an unknown path; a log has no use for hundreds of record ids. */
function withoutQuery(reason: string): string {
  return /^Cannot [A-Z]+ /.test(reason) ? reason.replace(/\?\S*/, '') : reason;
}

/** The JSON value of a text; `undefined` when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function titleOf(html: string): string | undefined {
  return /<title[^>]*>([^<]*)<\/title>/i.exec(html.slice(0, 4096))?.[1];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What refusals mean. Status codes alone do not tell: a 404 may mean the table, a field or the path; a 400 may be a bad
 * id, or a database that is down. NocoDB's error codes decide, and beside `ERR_DATABASE_OP_FAILED` those of its database.
 */

/** The table, or the base with it, is gone: any 404 with a code that does not speak of a field. */
export function isTableGone(refusal: Refusal): boolean {
  const { status, code, reason } = refusal;
  if (isDatabaseError(refusal)) return /^The table .* does not exist/.test(reason);
  return status === 404 && code !== undefined && !saysCode(refusal, 'FIELD_NOT_FOUND');
}

/** 404 when the unknown field is in `fields`, 422 without a code when it is in `where` (measured on 0.301.3). */
export function isFieldUnknown(refusal: Refusal): boolean {
  const { status, reason } = refusal;
  if (isDatabaseError(refusal)) return /^The column .* does not exist/.test(reason);
  return (
    saysCode(refusal, 'FIELD_NOT_FOUND') || (status === 422 && /^Column alias '.*' not found/.test(reason))
  );
}

/**
 * The paid field is of a type that the configured comparison does not suit, such as a checkbox with values. NocoDB says
 * so itself for some types; for a text field with `checked`, PostgreSQL says it has no such operator (42883).
 */
export function isFieldUnsuitable(refusal: Refusal): boolean {
  const { databaseCode, reason } = refusal;
  if (saysCode(refusal, 'FILTER_VERIFICATION_FAILED')) return /Operation \w+ is not supported/.test(reason);
  return databaseCode === '42883';
}

/** 404 without a code of NocoDB's: the path is unknown to whoever answered. */
export function isPathUnknown({ status, code }: Refusal): boolean {
  return (status === 404 || status === 405 || status === 410) && code === undefined;
}

/** nginx answers headers beyond its buffers with 400. */
export function isTooLong({ status, reason }: Refusal): boolean {
  if (status === 400) return /header.* too large/i.test(reason);
  return status === 413 || status === 414 || status === 431;
}

/** Codes of values that the database cannot take: PostgreSQL's classes 22 and 23, MySQL's and SQLite's likes of them. */
const BAD_VALUE_CODES =
  /^(?:2[23]...|ER_(?:TRUNCATED_)?WRONG_VALUE\w*|ER_WARN_DATA_OUT_OF_RANGE|SQLITE_(?:MISMATCH|RANGE|CONSTRAINT))$/;

/**
 * The query itself is refused, as a rule for one record id in it. Of the database's errors only those about values
 * count: while its database is down, NocoDB answers 400 `ERR_DATABASE_OP_FAILED` too (with `57P01`, then `ECONNREFUSED`;
 * measured on 0.301.3 with PostgreSQL), and no payment may be given up for that.
 */
export function isQueryRefused(refusal: Refusal): boolean {
  const { status, databaseCode, fromNocoDb } = refusal;
  if (isDatabaseError(refusal)) return databaseCode !== undefined && BAD_VALUE_CODES.test(databaseCode);
  return (status === 400 || status === 422) && fromNocoDb && !isDatabaseUnreachable(refusal);
}

/**
 * The server, or a database behind it, cannot answer at the moment.
 *
 * A bad id may show as a 500 as well: NocoDB runs the list and its count side by side, and if the list fails first the
 * answer is 500 instead of 400 (`getDataList` in `src/services/datas.service.ts` of 0.301.3; measured: 1 in 10 to 1 in
 * 3). A repeat brings out which of the two it is.
 */
export function isPassing(refusal: Refusal): boolean {
  const { status } = refusal;
  return status >= 500 || status === 408 || isDatabaseError(refusal) || isDatabaseUnreachable(refusal);
}

function isDatabaseError(refusal: Refusal): boolean {
  const isError = saysCode(refusal, 'DATABASE_OP_FAILED') || saysCode(refusal, 'DATABASE_ERROR');
  return isError && refusal.status < 500;
}

/** NocoDB's words for a database that somebody connected to it: 400 and 408. */
function isDatabaseUnreachable(refusal: Refusal): boolean {
  return saysCode(refusal, 'IN_EXTERNAL_DATA_SOURCE') || saysCode(refusal, 'EXTERNAL_DATA_SOURCE_TIMEOUT');
}

/** Whether NocoDB gives this code; newer versions put `ERR_` before it. */
function saysCode({ code }: Refusal, name: string): boolean {
  return code === name || code === `ERR_${name}`;
}

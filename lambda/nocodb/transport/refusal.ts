import type { HttpAnswer } from './exchange.ts';

/** Characters of a server's text that go into an error. */
const LONGEST_REASON = 200;

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
export function shorten(text: string, longest = LONGEST_REASON): string {
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

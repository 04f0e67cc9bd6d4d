import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { plain } from '../errors/api-error.ts';

/** A request to the demo, with what the endpoints need of it. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The `xc-token` header, or the bearer token. */
  readonly token: string;
  /** Parsed JSON; `undefined` when the request has no body. */
  readonly body: unknown;
}

/** Reads everything except the body. */
export function readHead(message: IncomingMessage): Omit<ApiRequest, 'body'> {
  const { method = 'GET', url = '/', headers } = message;
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  const query = Object.fromEntries(new URLSearchParams(at < 0 ? '' : url.slice(at + 1)));
  const bearer = headers.authorization?.replace(/^Bearer /i, '');
  const token = String(headers['xc-token'] || bearer || '');
  return { method, path, query, token };
}

/** Reads the body. @throws {ApiError} 400 when it is not JSON */
export async function readBody(message: IncomingMessage): Promise<unknown> {
  const body = await text(message);
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw plain(400, error instanceof Error ? error.message : String(error));
  }
}

/** The objects in a body, which is one object or a list of objects. */
export function asRecords(body: unknown): Readonly<Record<string, unknown>>[] {
  const list = Array.isArray(body) ? body : [body];
  return list.filter((item) => typeof item === 'object' && item !== null);
}

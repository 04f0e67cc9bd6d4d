import type { IncomingMessage } from 'node:http';
import { plain } from './api-error.ts';

/** A request to the demo, read as far as every endpoint needs it. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The `xc-token` header, or the bearer token. */
  readonly token: string;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** What comes before the body. */
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
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw plain(400, error instanceof Error ? error.message : String(error));
  }
}

/** A body that is one object or several, as NocoDB's record endpoints take them. */
export function asRecords(body: unknown): Readonly<Record<string, unknown>>[] {
  const list = Array.isArray(body) ? body : [body];
  return list.filter((item) => typeof item === 'object' && item !== null);
}

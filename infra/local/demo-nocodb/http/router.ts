import { ApiError, baseNotFound, coded, plain, tableNotFound } from '../errors/api-error.ts';
import { toV3 } from '../errors/api-error-v3.ts';
import type { Quota } from '../for-tests/quota.ts';
import type { RateLimiter } from '../for-tests/rate-limiter.ts';
import type { ApiRequest } from './api-request.ts';

/** The response of an endpoint. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An endpoint. */
export interface Route {
  readonly method: string;
  /** `/api/v2/tables/:tableId/records`. */
  readonly path: string;
  /** Whether the endpoint needs no token. @default false */
  readonly isPublic?: boolean;
  /** @throws {ApiError} */
  answer(request: ApiRequest, parameters: Parameters): Answer;
}

/** Values of the `:names` in a route's path. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** What requests are checked against. */
export interface RouterOptions {
  readonly baseId: string;
  readonly tableId: string;
  readonly token: string;
  /** The token of a user who has no right to the base. */
  readonly strangerToken: string;
  readonly rateLimiter: RateLimiter | undefined;
  readonly quota: Quota | undefined;
  /** Which NocoDB it imitates. */
  readonly profile: Profile;
}

/**
 * `current`: NocoDB 0.301.3, with API v2 and v3. `old`: 0.262.5, with v2 only. `newer`: what NocoDB's source and documentation
 * say of later versions, without v2.
 */
export type Profile = 'old' | 'current' | 'newer';

/**
 * Creates the function that finds the endpoint of a request and calls it. Errors come in the order in which NocoDB gives
 * them.
 */
export function createRouter(
  routes: readonly Route[],
  options: RouterOptions,
): (request: ApiRequest) => Answer {
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }));

  const find = (request: ApiRequest) => {
    const { method, path, token } = request;
    for (const { route, pattern } of patterns) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const parameters = match.groups ?? {};
      const seconds = options.rateLimiter?.refuse(token);
      if (seconds !== undefined) return tooManyRequests(seconds);
      if (!route.isPublic) checkAccess(parameters, token, options);
      return route.answer(request, parameters);
    }
    throw plain(404, `Cannot ${method} ${path}`);
  };

  return (request) => {
    try {
      return find(request);
    } catch (error) {
      const isV3 = options.profile !== 'old' && /^\/api\/v3\//i.test(request.path);
      throw isV3 && error instanceof ApiError ? toV3(error, options.profile === 'newer') : error;
    }
  };
}

/** Calls an endpoint and turns the `ApiError` that it throws into a response. */
export function answerOrRefuse(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    throw error;
  }
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** Express, which NocoDB is built on, ignores letter case and a slash at the end. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`, 'i');
}

/** NocoDB checks the table and the base before the token. */
function checkAccess({ tableId, baseId }: Parameters, token: string, options: RouterOptions): void {
  if (tableId !== undefined && tableId !== options.tableId) throw tableNotFound(tableId);
  if (baseId !== undefined && baseId !== options.baseId) throw baseNotFound(baseId);
  if (token === options.token || token === options.strangerToken) options.quota?.count();
  if (token === options.token) return;
  if (token === options.strangerToken) {
    throw coded(403, 'ERR_FORBIDDEN', 'Forbidden - Unauthorized access');
  }
  throw coded(401, 'ERR_AUTHENTICATION_REQUIRED', 'Authentication required - Invalid token');
}

/** The response of @nestjs/throttler: a bare JSON string, and the number of seconds to wait. */
function tooManyRequests(seconds: number): Answer {
  return {
    status: 429,
    body: 'ThrottlerException: Too Many Requests',
    headers: { 'retry-after': String(seconds) },
  };
}

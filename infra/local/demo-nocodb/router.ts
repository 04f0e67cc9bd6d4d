import { ApiError, baseNotFound, coded, plain, tableNotFound } from './api-error.ts';
import type { RateLimiter } from './for-tests/rate-limiter.ts';
import type { ApiRequest } from './http-server.ts';

/** What an endpoint answers. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Values of the `:names` in a route's path. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** An endpoint. */
export interface Route {
  readonly method: string;
  /** `/api/v2/tables/:tableId/records`. */
  readonly path: string;
  /** Whether anybody may ask. @default false */
  readonly isPublic?: boolean;
  /** @throws {ApiError} */
  answer(request: ApiRequest, parameters: Parameters): Answer;
}

/** Who may ask, and what for. */
export interface RouterOptions {
  readonly baseId: string;
  readonly tableId: string;
  readonly token: string;
  /** A token of somebody who has no right to the base. */
  readonly strangerToken: string;
  readonly rateLimiter: RateLimiter | undefined;
}

/** Finds the endpoint and lets it answer; refusals come in the order in which NocoDB gives them. */
export function createRouter(
  routes: readonly Route[],
  options: RouterOptions,
): (request: ApiRequest) => Answer {
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }));

  return (request) => {
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
}

/** Express, which NocoDB is built on, ignores letter case and a slash at the end. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`, 'i');
}

/** An unknown table or base is noticed before a bad token. */
function checkAccess({ tableId, baseId }: Parameters, token: string, options: RouterOptions): void {
  if (tableId !== undefined && tableId !== options.tableId) throw tableNotFound(tableId);
  if (baseId !== undefined && baseId !== options.baseId) throw baseNotFound(baseId);
  if (token === options.token) return;
  if (token === options.strangerToken) {
    throw coded(403, 'ERR_FORBIDDEN', 'Forbidden - Unauthorized access');
  }
  throw coded(401, 'ERR_AUTHENTICATION_REQUIRED', 'Authentication required - Invalid token');
}

/** The answer of @nestjs/throttler: a bare JSON string, and when to come again. */
function tooManyRequests(seconds: number): Answer {
  return {
    status: 429,
    body: 'ThrottlerException: Too Many Requests',
    headers: { 'retry-after': String(seconds) },
  };
}

/** Runs the endpoint and turns what it throws into an answer. */
export function answerOrRefuse(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    throw error;
  }
}

/** A user of NocoDB's API. Responses that are not 2xx throw. */
export interface NocoDbAccount {
  /** An API token (header `xc-token`). */
  readonly token: string;
  request<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** Signs in with a password and makes an API token. */
export function signIn(url: string, email: string, password: string): Promise<NocoDbAccount> {
  return open(url, '/api/v1/auth/user/signin', { email, password });
}

/** Signs up a new user, who has no right to any base, and makes an API token. */
export function signUp(url: string, email: string, password: string): Promise<NocoDbAccount> {
  return open(url, '/api/v1/auth/user/signup', { email, password });
}

async function open(url: string, path: string, credentials: object): Promise<NocoDbAccount> {
  const session = await send<{ token: string }>(url, {}, 'POST', path, credentials);
  const headers = { 'xc-auth': session.token };
  const made = await send<{ token: string }>(url, headers, 'POST', '/api/v1/tokens', { description: 'test' });
  return {
    token: made.token,
    request: (method, to, body) => send(url, headers, method, to, body),
  };
}

async function send<T>(
  url: string,
  headers: Record<string, string>,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** The address that the API is built on, or why a text is no such address. */
export type ApiUrlResult =
  | {
      /** Origin and, behind a reverse proxy, its base path; no trailing slash. */
      readonly apiUrl: string;
      /** The table's id, when the address is that of a table. */
      readonly tableId?: string;
    }
  | { readonly fault: string };

/** The path of the API and what may follow it. A proxy's own path such as `/api/v1/nocodb` does not match, and is kept. */
const API_PATH =
  /\/api\/v\d+(?:\/+(?:auth|base|bases|data|db|health|meta|public|storage|tables|tokens)(?:\/.*)?)?\/*$/;

/** Where NocoDB serves its user interface (`NC_DASHBOARD_URL`). */
const DASHBOARD_PATH = /\/dashboard\/*$/;

/**
 * Table ids begin with `m` (`md_` in older bases), ids of bases with `p`, of workspaces with `w`, of views with `vw`. The
 * length keeps out titles such as `mypayments`.
 */
export const TABLE_ID = /^(?:md_|m)[a-z0-9]{10,}$/;

/** The table id in the path of an API call: `/api/v2/tables/<id>/records`, `/api/v3/data/<base>/<id>/records`. */
const TABLE_ID_IN_API_PATH = /\/api\/v\d+\/(?:meta\/)?(?:tables|data\/[^/]+)\/([A-Za-z0-9_-]+)(?:\/|$)/;

const WORKING_FORM = 'https://nocodb.example.com';

/**
 * Turns any address of a NocoDB that people paste into the one that its API is built on.
 *
 * Accepts trailing slashes, `/dashboard`, `/api/v1` to `/api/v3` and what follows them, and the address of a table, view
 * or form, copied from the browser. Any other path belongs to a reverse proxy, and is kept.
 *
 * @example normalizeApiUrl('https://noco.example/dashboard/#/nc/pqot58neiu3o1xo/mq13l0ec25f9v23')
 * // { apiUrl: 'https://noco.example', tableId: 'mq13l0ec25f9v23' }
 */
export function normalizeApiUrl(text: string): ApiUrlResult {
  const trimmed = text.trim();
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    return { fault: `has to begin with http:// or https://, as in ${WORKING_FORM}` };
  }
  const url = URL.parse(trimmed);
  if (url === null) return { fault: `is not a URL; the form that works is ${WORKING_FORM}` };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { fault: `has to be an http:// or https:// URL, not ${url.protocol}//` };
  }
  if (url.username !== '' || url.password !== '') {
    return { fault: `must not hold a name or password; the form that works is ${url.origin}` };
  }
  const path = basePath(url.pathname);
  if (url.search !== '' && path === trimSlashes(url.pathname) && url.hash === '') {
    return { fault: `must not hold a query; the form that works is ${url.origin}${path}` };
  }
  const tableId = tableIdOf(url);
  return { apiUrl: `${url.origin}${path}`, ...(tableId === undefined ? {} : { tableId }) };
}

/** The id of the table that an address belongs to; `undefined` when there is none. */
export function tableIdInUrl(text: string): string | undefined {
  const result = normalizeApiUrl(text);
  return 'fault' in result ? undefined : result.tableId;
}

/** Names of the machine itself. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL leads to the machine that uses it. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.test(URL.parse(url)?.hostname ?? '');
}

function basePath(pathname: string): string {
  let path = trimSlashes(pathname);
  for (;;) {
    const shorter = trimSlashes(path.replace(API_PATH, '').replace(DASHBOARD_PATH, ''));
    if (shorter === path) return path;
    path = shorter;
  }
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, '').replace(/^\/+/, '/');
}

function tableIdOf(url: URL): string | undefined {
  const inHash = url.hash
    .slice(1)
    .split(/[/?]/)
    .find((segment) => TABLE_ID.test(segment));
  return inHash ?? TABLE_ID_IN_API_PATH.exec(url.pathname)?.[1];
}

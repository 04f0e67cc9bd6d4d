/** The address that the API is built on, or why a text is no such address. */
export type ApiUrlResult =
  | {
      /** Origin and, behind a reverse proxy, its base path; no trailing slash. */
      readonly apiUrl: string;
      /** The ids of the table and its base, when the address is that of a table. */
      readonly tableId?: string;
      readonly baseId?: string;
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

export const BASE_ID = /^p_?[a-z0-9]{10,}$/;

/** The ids in the path of an API call: `/api/v2/tables/<table>/records`, `/api/v3/data/<base>/<table>/records`. */
const IDS_IN_API_PATH =
  /\/api\/v\d+\/(?:(?:meta\/)?(?:bases\/(?<base>[^/]+)\/)?tables|data\/(?<baseOfData>[^/]+))\/(?<table>[\w-]+)(?:\/|$)/;

const WORKING_FORM = 'https://nocodb.example.com';

/**
 * Turns any address of a NocoDB that people paste into the one that its API is built on.
 *
 * Accepts trailing slashes, `/dashboard`, `/api/v1` to `/api/v3` and what follows them, and the address of a table, view
 * or form, copied from the browser. Any other path belongs to a reverse proxy, and is kept.
 *
 * @example normalizeApiUrl('https://noco.example/dashboard/#/nc/pqot58neiu3o1xo/mq13l0ec25f9v23')
 * // { apiUrl: 'https://noco.example', tableId: 'mq13l0ec25f9v23', baseId: 'pqot58neiu3o1xo' }
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
  return { apiUrl: `${url.origin}${path}`, ...idsOf(url) };
}

/** The ids of the table that an address belongs to, and of its base; none when it is no such address. */
export function idsInUrl(text: unknown): { readonly tableId?: string; readonly baseId?: string } {
  const result = typeof text === 'string' ? normalizeApiUrl(text) : { fault: '' };
  return 'fault' in result ? {} : result;
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

/** In the hash of an address, the base stands before the table: `#/<workspace>/<base>/<table>/<view>`. */
function idsOf(url: URL): { readonly tableId?: string; readonly baseId?: string } {
  const segments = url.hash.slice(1).split(/[/?]/);
  const at = segments.findIndex((segment) => TABLE_ID.test(segment));
  const inPath = IDS_IN_API_PATH.exec(url.pathname)?.groups ?? {};
  const { table, base = inPath.baseOfData } = inPath;
  const { tableId = table, baseId = base } =
    at < 0 ? {} : { tableId: segments[at], baseId: segments[at - 1] };
  return {
    ...(tableId !== undefined && { tableId }),
    ...(baseId !== undefined && BASE_ID.test(baseId) && { baseId }),
  };
}

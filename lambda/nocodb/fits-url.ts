import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { RecordQuery } from '../tracker/record-source.ts';
import { dialectV3 } from './dialect-v3.ts';
import { idList } from './query.ts';

/**
 * Longest URL of a GET, bytes. NocoDB itself accepts 16 KB (Node's limit for all headers; measured on 0.301.3), but
 * proxies in front of it have lower limits. 4 KB are accepted everywhere.
 */
export const MAX_URL_BYTES = 4096;

/** Most record ids in one GET. */
export const MAX_IDS_IN_URL = 500;

/** The largest limit of a page that NocoDB allows by default. Here only its length matters. */
const MAX_LIMIT = 1000;

/** An id as long as NocoDB's. */
const SOME_BASE_ID = 'p'.padEnd(15, '0');

/** Whether a GET for these ids stays within {@link MAX_URL_BYTES} and {@link MAX_IDS_IN_URL} in v3, whose path is longer. */
export function fitsUrl(
  settings: NocoDbSettings,
  recordIds: readonly string[],
  want: RecordQuery['want'],
): boolean {
  if (recordIds.length > MAX_IDS_IN_URL) return false;
  const dialect = dialectV3(settings, settings.baseId ?? SOME_BASE_ID);
  const list = idList(settings, { recordIds, want, limit: MAX_LIMIT }, dialect);
  const url = `${settings.apiUrl}${dialect.recordsPath}?${dialect.listQuery(list)}`;
  // The URL is percent-encoded: one character is one byte.
  return url.length <= MAX_URL_BYTES;
}

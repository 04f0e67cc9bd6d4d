import { createHash } from 'node:crypto';
import type { NocoDbSettings } from './settings.ts';

/**
 * A short name for the table and the fields that settings point to: another one when any of them changes, so that what
 * was learned about one table is not applied to another. 16 hex digits.
 */
export function sourceName(settings: NocoDbSettings): string {
  const { apiUrl, tableId, idField, paidField, paidValues, ownerField } = settings;
  const parts = [apiUrl, tableId, idField, paidField, paidValues ?? null, ownerField ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

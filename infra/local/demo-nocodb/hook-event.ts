import type { Row } from './dialect.ts';
import type { Hook } from './hook.ts';
import type { Matcher } from './matcher.ts';
import type { Change } from './record-store.ts';

/** What one call of the API did to the records. */
export type Occurrence =
  | { readonly kind: 'insert'; readonly rows: readonly Row[]; readonly isBulk: boolean }
  | { readonly kind: 'update'; readonly changes: readonly Change[] };

/** The rows that an event tells of. */
export interface EventRows {
  /** All records of the call as they were, so not always as many as `rows`. Absent for inserts. */
  readonly previous_rows?: readonly Row[];
  readonly rows: readonly Row[];
}

/**
 * What a webhook tells of an occurrence.
 *
 * @param matches the webhook's condition; undefined when it has none
 * @returns undefined when it keeps silent
 */
export function eventRows(
  { active, operation }: Hook,
  occurrence: Occurrence,
  matches: Matcher | undefined,
): EventRows | undefined {
  if (!active || !operation.includes(occurrence.kind)) return undefined;
  const told = occurrence.kind === 'insert' ? ofInsert(occurrence, matches) : ofUpdate(occurrence, matches);
  return told.rows.length > 0 ? told : undefined;
}

function ofInsert(
  { rows, isBulk }: Occurrence & { kind: 'insert' },
  matches: Matcher | undefined,
): EventRows {
  if (matches === undefined) return { rows };
  // NocoDB 0.301.3 is silent about records that were inserted as a list, whatever the condition.
  return { rows: isBulk ? [] : rows.filter(matches) };
}

function ofUpdate({ changes }: Occurrence & { kind: 'update' }, matches: Matcher | undefined): EventRows {
  const previous_rows = changes.map(({ before }) => before);
  // Only those that came to match: neither a later edit of a paid record nor a second tick fires.
  const news = changes.filter(
    ({ before, after }) => matches === undefined || (matches(after) && !matches(before)),
  );
  return { previous_rows, rows: news.map(({ after }) => after) };
}

import { type Column, findColumn } from '../table/columns.ts';
import type { Row } from '../table/dialect.ts';
import type { Change } from '../table/record-store.ts';
import type { Matcher } from '../table/where.ts';
import type { Hook } from './hook.ts';

/** What one call of the API did to the records. */
export type TableChange =
  | { readonly kind: 'insert'; readonly rows: readonly Row[]; readonly isBulk: boolean }
  | { readonly kind: 'update'; readonly changes: readonly Change[] };

/** The rows in the event of a webhook. */
export interface EventRows {
  /** All records of the call before the change, so there may be more than in `rows`. Absent for inserts. */
  readonly previous_rows?: readonly Row[];
  readonly rows: readonly Row[];
}

/**
 * The rows that a webhook sends for a change.
 *
 * @param matches the webhook's condition; `undefined` when it has none
 * @param columns the columns of the table
 * @returns `undefined` when it sends nothing
 */
export function eventRows(
  { active, operation, trigger_fields }: Hook,
  change: TableChange,
  matches: Matcher | undefined,
  columns: readonly Column[],
): EventRows | undefined {
  if (!active || !operation.includes(change.kind)) return undefined;
  const triggers = trigger_fields.map((id) => findColumn(columns, id)?.title ?? id);
  const event =
    change.kind === 'insert' ? rowsOfInsert(change, matches) : rowsOfUpdate(change, matches, triggers);
  return event.rows.length > 0 ? event : undefined;
}

function rowsOfInsert(
  { rows, isBulk }: TableChange & { kind: 'insert' },
  matches: Matcher | undefined,
): EventRows {
  if (matches === undefined) return { rows };
  // With a condition, NocoDB 0.301.3 sends nothing for records that were inserted as a list.
  return { rows: isBulk ? [] : rows.filter(matches) };
}

function rowsOfUpdate(
  { changes }: TableChange & { kind: 'update' },
  matches: Matcher | undefined,
  triggers: readonly string[],
): EventRows {
  const previous_rows = changes.map(({ before }) => before);
  // Only records that begin to match: a later edit of a paid record is not sent.
  const matching = changes.filter(
    ({ before, after }) =>
      (matches === undefined || (matches(after) && !matches(before))) &&
      (triggers.length === 0 || triggers.some((title) => before[title] !== after[title])),
  );
  return { previous_rows, rows: matching.map(({ after }) => after) };
}

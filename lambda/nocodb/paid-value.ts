/**
 * The texts that nocodb-sdk 0.301.3 (`checkboxTypeMap`, src/lib/columnHelper/utils/common.ts) reads as a ticked box.
 * NocoDB's own page shows a box as ticked for *any* text but `''`, `'0'` and `'false'`
 * (packages/nc-gui/components/cell/Checkbox/Readonly.vue), even for `no`; money follows the narrower rule.
 */
const TICKED_TEXTS: ReadonlySet<string> = new Set([
  ...['true', '1', 'yes', 'y', 'x', 'on', 'done', 'checked', 'enabled'],
  ...['[x]', '☑', '✅', '✓', '✔'],
]);

/**
 * Whether the value of a record's paid field means paid.
 *
 * A checkbox is `true`/`false` from PostgreSQL, `1`/`0` from SQLite and MySQL, `null` when never touched, and on SQLite
 * any text that somebody wrote into it. With `paidValues` the whole cell has to equal one of them, letter for letter;
 * a multi-select that holds a second option beside it does not count.
 *
 * @param paidValues the texts that mean paid; absent for a checkbox
 */
export function meansPaid(value: unknown, paidValues?: readonly string[]): boolean {
  if (paidValues !== undefined) {
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && paidValues.includes(text);
  }
  if (typeof value === 'string') return TICKED_TEXTS.has(value.trim().toLowerCase());
  return value === true || value === 1;
}

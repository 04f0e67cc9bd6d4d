import type { Dialect } from './dialect.ts';

/** NocoDB on SQLite: a value of another type than the column's is stored as it is. */
export const sqlite: Dialect = {
  name: 'sqlite',
  // Without AUTOINCREMENT, the id of a deleted last record is used again.
  nextId: (existing) => existing + 1,
  untouchedCheckbox: () => 0,
  storeCheckbox(value) {
    if (typeof value === 'boolean') return value ? 1 : 0;
    return storeNumeric(value);
  },
  storeNumber: storeNumeric,
  readIntegers: (texts) =>
    texts
      .filter((text) => text.trim() !== '')
      .map(Number)
      .filter(Number.isFinite),
  isChecked: (cell) => cell === 1,
  checkboxEquals: (cell, text) => String(cell) === text,
};

/** SQLite's numeric affinity: a text that looks like a number becomes one, any other stays a text. */
function storeNumeric(value: unknown): string | number | null {
  if (value === null || value === undefined || typeof value === 'number') return value ?? null;
  const text = String(value);
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

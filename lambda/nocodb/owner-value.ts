/**
 * The owner field's value as the text to compare a user id with.
 *
 * Numbers become their digits, a lookup with a single value becomes that value; white space around a text is dropped,
 * since no user id has any. Anything else stays recognisable, and equals no user id.
 *
 * @returns `null` when the field is empty
 */
export function ownerText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.trim() || null;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value) && value.length === 0) return null;
  if (Array.isArray(value) && value.length === 1) return ownerText(value[0]);
  return JSON.stringify(value);
}

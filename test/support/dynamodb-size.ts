/**
 * Bytes that DynamoDB charges for an item: names and values of its attributes
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((bytes, [name, value]) => bytes + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).replace('.', '').length / 2) + 1;
  if (typeof value === 'boolean' || value === null) return 1;
  if (typeof value !== 'object') throw new TypeError(`DynamoDB stores no ${typeof value}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return members.reduce(
    // A list has no names.
    (bytes, [name, member]) =>
      bytes + 1 + (Array.isArray(value) ? 0 : Buffer.byteLength(name)) + valueBytes(member),
    3,
  );
}

/** An answer that is JSON, but not in the shape of NocoDB's API. */
export class UnexpectedShapeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A JSON value as an object. @throws {UnexpectedShapeError} */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not an object`);
  }
  return value as Record<string, unknown>;
}

/** A JSON value as a list. @throws {UnexpectedShapeError} */
export function asList(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not a list`);
  return value;
}

/** A record's id, number or text, as text. @throws {UnexpectedShapeError} */
export function asRecordId(value: unknown, what: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new UnexpectedShapeError(`${what} is ${nameOf(value)}, not a number or text`);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

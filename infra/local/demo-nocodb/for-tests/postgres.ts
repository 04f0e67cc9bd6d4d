import { ApiError } from '../errors/api-error.ts';
import type { Dialect } from '../table/dialect.ts';

const TRUE_TEXTS: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', 'on', '1']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', 'off', '0']);

const LARGEST_INT4 = 2 ** 31 - 1;

/** NocoDB on PostgreSQL: one value of the wrong type makes the whole statement fail. */
export const postgres: Dialect = {
  name: 'postgres',
  nextId: (_existing, given) => given + 1,
  untouchedCheckbox: (othersMentioned) => (othersMentioned ? null : false),
  storeCheckbox(value) {
    if (value === null || value === undefined || typeof value === 'boolean') return value ?? null;
    const text = String(value).toLowerCase();
    if (TRUE_TEXTS.has(text)) return true;
    if (FALSE_TEXTS.has(text)) return false;
    throw invalidValue('boolean', String(value));
  },
  storeNumber(value) {
    if (value === null || value === undefined) return null;
    if (!/^[+-]?\d+$/.test(String(value))) throw invalidValue('bigint', String(value));
    return Number(value);
  },
  readIntegers: (texts, { uidt }) =>
    texts.map((text) => {
      if (text.trim() === '') throw invalidUnnamedValue('22P02');
      if (!/^\s*[+-]?\d+\s*$/.test(text)) throw invalidValue(uidt === 'ID' ? 'integer' : 'bigint', text);
      const number = Number(text);
      const isTooLarge = uidt === 'ID' ? Math.abs(number) > LARGEST_INT4 : !Number.isSafeInteger(number);
      if (isTooLarge) throw invalidUnnamedValue('22003');
      return number;
    }),
  isChecked(cell, { uidt }) {
    // "operator does not exist": a text cannot be compared with a boolean.
    if (uidt !== 'Checkbox') throw new ApiError(400, { error: 'ERR_DATABASE_OP_FAILED', code: '42883' });
    return cell === true;
  },
  checkboxEquals: (cell, text) => TRUE_TEXTS.has(text.toLowerCase()) === (cell === true),
};

/** PostgreSQL refuses a text in a column of another type. */
function invalidValue(type: string, value: string): ApiError {
  return new ApiError(400, {
    error: 'ERR_DATABASE_OP_FAILED',
    message: `Invalid value '${value}' for type '${type}'`,
    code: '22P02',
    details: { dataType: type, value },
  });
}

/** PostgreSQL refuses a value, and NocoDB cannot tell which. */
function invalidUnnamedValue(code: '22P02' | '22003'): ApiError {
  return new ApiError(400, {
    error: 'ERR_DATABASE_OP_FAILED',
    message: "Invalid data type or value for column 'unknown'.",
    code,
    details: { column: 'unknown' },
  });
}

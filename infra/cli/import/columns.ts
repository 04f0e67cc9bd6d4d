import { UsageError } from '../console/errors.ts';

/** Names of the columns or keys with the two ids, if they are given on the command line. */
export interface NamedFields {
  readonly userField: string | undefined;
  readonly recordField: string | undefined;
}

/** Positions of the two columns. */
export interface Columns {
  readonly user: number;
  readonly record: number;
}

/** A column: its known names in lower case, letters and digits only. */
const USER = {
  id: 'user id',
  option: '--user-field',
  names: ['userid', 'user', 'tgid', 'telegramid', 'telegramuserid', 'chatid'],
};
const RECORD = {
  id: 'record id',
  option: '--record-field',
  names: ['recordid', 'record', 'id', 'nocodbid', 'nocodbrecordid'],
};

/**
 * Finds the columns by their names, in any notation: `userId`, `user_id`, `TG ID`.
 *
 * @returns `undefined` when no name is known and none is given
 * @throws {UsageError} when a column is missing, or several can be meant
 */
export function findColumns(
  names: readonly string[],
  { userField, recordField }: NamedFields,
): Columns | undefined {
  const user = findColumn(names, userField, USER);
  const record = findColumn(names, recordField, RECORD);
  if (user === undefined && record === undefined) return undefined;
  const missing = user === undefined ? USER : RECORD;
  if (user === undefined || record === undefined) {
    throw new UsageError(
      `Which of ${quote(names)} has the ${missing.id} is not clear; name it with ${missing.option}`,
      'import',
    );
  }
  if (user !== record) return { user, record };
  throw new UsageError(`The user id and the record id are both in ${quote([names[user] ?? ''])}`, 'import');
}

function findColumn(
  names: readonly string[],
  given: string | undefined,
  { id, option, names: known }: typeof USER,
): number | undefined {
  const fits =
    given === undefined
      ? (name: string) => known.includes(name.toLowerCase().replace(/[^a-z0-9]/g, ''))
      : (name: string) => name.trim() === given.trim();
  const found = names.flatMap((name, index) => (fits(name) ? [index] : []));
  if (found.length > 1) {
    const fitting = quote(found.map((index) => names[index] ?? ''));
    throw new UsageError(`Each of ${fitting} can be the ${id}; name one with ${option}`, 'import');
  }
  if (given !== undefined && found.length === 0) {
    throw new UsageError(`There is no ${given} (${option}) in ${quote(names)}`, 'import');
  }
  return found[0];
}

/** @example quote(['Id', 'TG ID']) // '"Id", "TG ID"' */
export function quote(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

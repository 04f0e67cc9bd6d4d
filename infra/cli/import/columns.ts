/** What people call the two columns, in lower case and without anything but letters and digits. */
const USER_NAMES = ['userid', 'user', 'tgid', 'telegramid', 'telegramuserid', 'chatid'];
const RECORD_NAMES = ['recordid', 'record', 'id', 'nocodbid', 'nocodbrecordid'];

/** Which columns hold the two ids. */
export interface Columns<Name> {
  readonly user: Name;
  readonly record: Name;
}

/** What was found among the names; `undefined` for what was not. */
export type FoundColumns = Columns<string | undefined>;

/**
 * Finds the columns by their names, however they are written: `userId`, `user_id`, `TG ID`.
 *
 * @param userField name of the user's column, when it was given
 */
export function findColumns(names: readonly string[], userField: string | undefined): FoundColumns {
  const find = (wanted: readonly string[]) =>
    wanted.map((name) => names.find((each) => normalize(each) === name)).find((name) => name !== undefined);
  return {
    user: userField === undefined ? find(USER_NAMES) : names.find((name) => name.trim() === userField.trim()),
    record: find(RECORD_NAMES),
  };
}

function normalize(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

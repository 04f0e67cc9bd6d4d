import { UsageError } from '../console/errors.ts';
import { findColumns, type NamedFields, quote } from './columns.ts';
import { BatchBuilder, type ParsedFile } from './rows.ts';

/**
 * Reads a JSON list of objects with a user id and a record id, each a number or a string.
 *
 * @throws {UsageError} when the file is not a JSON list
 */
export function parseJson(text: string, named: NamedFields): ParsedFile {
  const batch = new BatchBuilder();
  let fields: ParsedFile['fields'] | undefined;
  for (const [index, entry] of readList(text).entries()) {
    const place = { entry: index + 1 };
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      batch.refuse(place, 'it is not an object with userId and recordId');
      continue;
    }
    try {
      const keys = Object.keys(entry);
      const columns = findColumns(keys, named);
      if (columns === undefined) throw new UsageError('it has no userId and no recordId');
      const [user, record] = [keys[columns.user] ?? '', keys[columns.record] ?? ''];
      const values = entry as Readonly<Record<string, unknown>>;
      batch.add(place, values[user], values[record]);
      fields ??= { userId: `key ${quote([user])}`, recordId: `key ${quote([record])}` };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      batch.refuse(place, error.message);
    }
  }
  return { format: 'JSON', fields, ...batch.build() };
}

function readList(text: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The file is not JSON: ${(error as Error).message}`, 'import', error);
  }
  if (Array.isArray(list)) return list;
  throw new UsageError('The file is not a JSON list: [{ "userId": 12345, "recordId": 42 }, …]', 'import');
}

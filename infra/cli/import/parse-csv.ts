import { CsvError, type Info, parse } from 'csv-parse/sync';
import { UsageError } from '../console/errors.ts';
import { BatchBuilder, type Columns, findColumns, type ImportBatch } from './rows.ts';

/**
 * Reads CSV with commas, semicolons or tabs. A header names the two columns. Without a header, the user id and the
 * record id are the first two columns.
 *
 * @param userField name of the user's column; if it is given, the file must have a header
 * @throws {UsageError} when the file is not CSV, or its header lacks one of the columns
 */
export function parseCsv(text: string, userField: string | undefined): ImportBatch {
  const [first, ...rest] = readRecords(text);
  const batch = new BatchBuilder();
  if (first === undefined) return batch.build();
  const header = readHeader(first.record, userField);
  const columns = header ?? { user: 0, record: 1 };
  for (const { record, info } of header === undefined ? [first, ...rest] : rest) {
    batch.add({ line: info.lines }, record[columns.user] ?? '', record[columns.record] ?? '');
  }
  return batch.build();
}

interface CsvRecord {
  readonly record: readonly string[];
  /** The line that the record ends on. */
  readonly info: Pick<Info, 'lines'>;
}

function readRecords(text: string): CsvRecord[] {
  try {
    // The types of csv-parse do not know the shape that `info` causes.
    return parse(text, {
      bom: true,
      delimiter: [',', ';', '\t'],
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`The file is not CSV: ${error.message.replace(/\.$/, '')}`, 'import', error);
  }
}

/** @returns `undefined` if the first record is a payment */
function readHeader(names: readonly string[], userField: string | undefined): Columns<number> | undefined {
  const { user, record } = findColumns(names, userField);
  if (user !== undefined && record !== undefined) {
    return { user: names.indexOf(user), record: names.indexOf(record) };
  }
  if (user === undefined && record === undefined && userField === undefined) return undefined;
  const missing = user === undefined ? (userField ?? 'userId') : 'recordId';
  throw new UsageError(
    `The header (${names.join(', ')}) has no column ${missing}; name the user's column with --user-field, and the record's recordId`,
    'import',
  );
}

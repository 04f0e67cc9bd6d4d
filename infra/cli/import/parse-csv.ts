import { CsvError, type Info, parse } from 'csv-parse/sync';
import { UsageError } from '../errors.ts';
import { BatchBuilder, type Columns, findColumns, type ImportBatch } from './read-file.ts';

/** A record of the file, and the line that it ends on. */
interface CsvRecord {
  readonly record: readonly string[];
  readonly info: Pick<Info, 'lines'>;
}

/**
 * Reads a CSV: with commas, semicolons or tabs; with a header that names the two columns, or without a header and with
 * the user id and the record id in the first two columns.
 *
 * @param userField name of the user's column, when it was given; then there has to be a header
 * @throws {UsageError} when the file is not CSV, or has a header without the two columns
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

function readRecords(text: string): CsvRecord[] {
  try {
    // With `info`, csv-parse gives records in this shape; its types do not say so.
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
    throw new UsageError(`The file is not CSV: ${error.message.replace(/\.$/, '')}`, 'import');
  }
}

/** @returns `undefined` when the first record is no header but a payment */
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

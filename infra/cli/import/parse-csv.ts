import { CsvError, type Info, type Options, parse } from 'csv-parse/sync';
import { UsageError } from '../console/errors.ts';
import { type Columns, findColumns, type NamedFields, quote } from './columns.ts';
import { BatchBuilder, type ParsedFile } from './rows.ts';

export interface CsvOptions extends NamedFields {
  /** Whether the first line is a payment: the user id and the record id are the first two columns. */
  readonly noHeader: boolean;
}

/** What can separate columns. */
const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const;

type Delimiter = keyof typeof DELIMITERS;

/**
 * Reads CSV with commas, semicolons or tabs. A header names the two columns.
 *
 * @throws {UsageError} when the file is not CSV, or when it is not certain which columns have the ids
 */
export function parseCsv(text: string, options: CsvOptions): ParsedFile {
  const delimiter = findDelimiter(text, options);
  const [first, ...rest] = readRecords(text, { delimiter });
  if (first === undefined) return { format: 'CSV', fields: undefined, rows: [], bad: [] };
  const header = options.noHeader ? undefined : readHeader(first.record, options);
  const columns = header ?? { user: 0, record: 1 };
  const batch = new BatchBuilder();
  for (const { record, info } of header === undefined ? [first, ...rest] : rest) {
    batch.add({ line: info.lines }, record[columns.user] ?? '', record[columns.record] ?? '');
  }
  const nameOf = (index: number) =>
    header === undefined ? `column ${index + 1}` : `column ${quote([first.record[index] ?? ''])}`;
  return {
    format: `CSV with ${DELIMITERS[delimiter]} and ${header === undefined ? 'no header' : 'a header'}`,
    fields: { userId: nameOf(columns.user), recordId: nameOf(columns.record) },
    ...batch.build(),
  };
}

/** The delimiter that splits the first line. If there are several, the one with which the header names both columns. */
function findDelimiter(text: string, options: CsvOptions): Delimiter {
  const splits = (Object.keys(DELIMITERS) as Delimiter[]).flatMap((delimiter) => {
    const [names = []] = tryFirstLine(text, delimiter);
    return names.length > 1 ? [{ delimiter, names }] : [];
  });
  const fitting = splits.length > 1 ? splits.filter(({ names }) => isHeader(names, options)) : splits;
  const [fit, another] = fitting;
  if (fit !== undefined && another === undefined) return fit.delimiter;
  if (text.trim() === '') return ',';
  // If not even the first line is CSV, this says why.
  if (splits.length === 0) readRecords(text, { delimiter: ',', to: 1 });
  throw new UsageError(
    splits.length === 0
      ? 'The first line has no comma, semicolon or tab, so that it has only one column'
      : `The first line can be split at ${splits.map(({ delimiter }) => DELIMITERS[delimiter]).join(' or at ')}; name the columns with --user-field and --record-field, or save the file with one of them only`,
    'import',
  );
}

function isHeader(names: readonly string[], options: CsvOptions): boolean {
  try {
    return !options.noHeader && findColumns(names, options) !== undefined;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** @returns `undefined` if the first line is a payment */
function readHeader(names: readonly string[], options: CsvOptions): Columns | undefined {
  const columns = findColumns(names, options);
  if (columns !== undefined) return columns;
  const isPayment = names.slice(0, 2).every((name) => /^-?\d+$/.test(name));
  if (isPayment) return undefined;
  throw new UsageError(
    `The first line (${names.join(', ')}) is neither a known header nor two numbers; name the columns with --user-field and --record-field, or pass --no-header if the line is a payment`,
    'import',
  );
}

interface CsvRecord {
  readonly record: readonly string[];
  /** The line that the record ends on. */
  readonly info: Pick<Info, 'lines'>;
}

/** The columns of the first line. Nothing if it is not CSV with this delimiter. */
function tryFirstLine(text: string, delimiter: Delimiter): (readonly string[])[] {
  try {
    return readRecords(text, { delimiter, to: 1 }).map(({ record }) => record);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function readRecords(text: string, options: Options): CsvRecord[] {
  try {
    // The types of csv-parse do not know the shape that `info` causes.
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      ...options,
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`The file is not CSV: ${error.message.replace(/\.$/, '')}`, 'import', error);
  }
}

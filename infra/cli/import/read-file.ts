import { extname } from 'node:path';
import { UsageError } from '../console/errors.ts';
import { decode } from './decode.ts';
import { type CsvOptions, parseCsv } from './parse-csv.ts';
import { parseJson } from './parse-json.ts';
import {
  type BadRow,
  formatPlace,
  type ImportBatch,
  type ImportRow,
  type ParsedFile,
  type Place,
} from './rows.ts';

export interface FileOptions extends CsvOptions {
  /** Rows up to this line or entry are left out. */
  readonly after: number;
}

export interface FileImport {
  /** Number of rows to import, including bad ones. */
  readonly total: number;
  readonly batches: Iterable<ImportBatch>;
  /** How the file was understood. */
  readonly understood: UnderstoodFile;
}

export interface UnderstoodFile extends Pick<ParsedFile, 'format' | 'fields'> {
  readonly name: string;
  readonly encoding: string;
  /** The first payment that is imported. */
  readonly first: ImportRow | undefined;
}

/**
 * Reads the payments in a file. The file is JSON if its name ends with `.json` or its text begins with a bracket,
 * otherwise CSV.
 *
 * @param name of the file
 * @throws {UsageError} when the file cannot be parsed, can be understood in several ways, or has no payments
 */
export function readImportFile(name: string, bytes: Uint8Array, options: FileOptions): FileImport {
  const { text, encoding } = decode(name, bytes);
  const isJson = extname(name).toLowerCase() === '.json' || /^\s*[[{]/.test(text);
  if (isJson && options.noHeader) throw new UsageError('--no-header is for CSV, not for JSON', 'import');
  const { format, fields, ...batch } = isJson ? parseJson(text, options) : parseCsv(text, options);
  const isLeft = ({ place }: { readonly place: Place }) => Number(Object.values(place)[0]) > options.after;
  const [rows, bad] = [batch.rows.filter(isLeft), batch.bad.filter(isLeft)];
  const total = rows.length + bad.length;
  const understood = { name, format, encoding, fields, first: rows[0] };
  if (total > 0) return { total, batches: split(rows, bad), understood };
  const after = options.after > 0 ? ` after ${isJson ? 'entry' : 'line'} ${options.after}` : '';
  throw new UsageError(`There is no payment in ${name}${after}`, 'import');
}

/**
 * How a file was understood, for people to check.
 *
 * @example
 * // users.csv is CSV with commas and a header, in UTF-8. The user id is column "TG ID", the record id is column "Id". The
 * // first payment (line 2): user 12345, record 17.
 */
export function describeFile({ name, format, encoding, fields, first }: UnderstoodFile): string {
  return [
    `${name} is ${format}, in ${encoding}.`,
    ...(fields ? [`The user id is ${fields.userId}, the record id is ${fields.recordId}.`] : []),
    ...(first
      ? [`The first payment (${formatPlace(first.place)}): user ${first.userId}, record ${first.recordId}.`]
      : []),
  ].join(' ');
}

/** Rows that are registered together: enough to use all writers, few enough for a smooth progress bar. */
const BATCH_SIZE = 200;

function* split(rows: ImportBatch['rows'], bad: readonly BadRow[]): Iterable<ImportBatch> {
  if (bad.length > 0) yield { rows: [], bad };
  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    yield { rows: rows.slice(start, start + BATCH_SIZE), bad: [] };
  }
}

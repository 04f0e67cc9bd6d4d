import { extname } from 'node:path';
import { UsageError } from '../console/errors.ts';
import { parseCsv } from './parse-csv.ts';
import { parseJson } from './parse-json.ts';
import type { BadRow, ImportBatch, Place } from './rows.ts';

export interface FileOptions {
  /** Name of the user's column, if it is given. */
  readonly userField: string | undefined;
  /** Rows up to this line are left out. */
  readonly after: number;
}

export interface FileImport {
  /** Number of rows to import, including bad ones. */
  readonly total: number;
  readonly batches: Iterable<ImportBatch>;
}

/**
 * Reads the payments in a file. The file is JSON if its name ends with `.json` or its text begins like a list of
 * objects, otherwise CSV.
 *
 * @param name of the file
 * @throws {UsageError} when the file cannot be parsed, or has no payments
 */
export function readImportFile(name: string, text: string, { userField, after }: FileOptions): FileImport {
  const isJson = extname(name).toLowerCase() === '.json' || /^\s*\[\s*\{/.test(text);
  const batch = isJson ? parseJson(text, userField) : parseCsv(text, userField);
  const isLeft = ({ place }: { readonly place: Place }) => 'line' in place && place.line > after;
  const [rows, bad] = [batch.rows.filter(isLeft), batch.bad.filter(isLeft)];
  const total = rows.length + bad.length;
  if (total > 0) return { total, batches: split(rows, bad) };
  throw new UsageError(`There is no payment in ${name}${after > 0 ? ` after line ${after}` : ''}`, 'import');
}

/** Rows that are registered together: enough to use all writers, few enough for a smooth progress bar. */
const BATCH_SIZE = 200;

function* split(rows: ImportBatch['rows'], bad: readonly BadRow[]): Iterable<ImportBatch> {
  if (bad.length > 0) yield { rows: [], bad };
  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    yield { rows: rows.slice(start, start + BATCH_SIZE), bad: [] };
  }
}

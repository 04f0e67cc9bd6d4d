import { extname } from 'node:path';
import { UsageError } from '../errors.ts';
import type { BadRow, ImportBatch, Place } from './import-row.ts';
import { parseCsv } from './parse-csv.ts';
import { parseJson } from './parse-json.ts';

/** Rows that are registered together: enough to keep all writers busy, few enough for the bar to move. */
const BATCH = 200;

export interface FileOptions {
  /** Name of the user's column, when it was given. */
  readonly userField: string | undefined;
  /** Line to go on after. */
  readonly after: number;
}

export interface FileImport {
  /** Rows to import, bad ones included. */
  readonly total: number;
  readonly batches: Iterable<ImportBatch>;
}

/**
 * Reads the payments in a file: JSON when it is called so or looks so, otherwise CSV.
 *
 * @param name of the file, for its ending
 * @throws {UsageError} when it is neither
 */
export function readImportFile(name: string, text: string, { userField, after }: FileOptions): FileImport {
  const isJson = extname(name).toLowerCase() === '.json' || /^\s*\[\s*\{/.test(text);
  const batch = isJson ? parseJson(text, userField) : parseCsv(text, userField);
  const isLeft = ({ place }: { readonly place: Place }) => 'line' in place && place.line > after;
  const [rows, bad] = [batch.rows.filter(isLeft), batch.bad.filter(isLeft)];
  const total = rows.length + bad.length;
  if (total === 0)
    throw new UsageError(
      `There is no payment in ${name}${after > 0 ? ` after line ${after}` : ''}`,
      'import',
    );
  return { total, batches: split(rows, bad) };
}

function* split(rows: ImportBatch['rows'], bad: readonly BadRow[]): Iterable<ImportBatch> {
  if (bad.length > 0) yield { rows: [], bad };
  for (let start = 0; start < rows.length; start += BATCH) {
    yield { rows: rows.slice(start, start + BATCH), bad: [] };
  }
}

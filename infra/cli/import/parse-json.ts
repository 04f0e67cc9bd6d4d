import { UsageError } from '../console/errors.ts';
import { BatchBuilder, findColumns, type ImportBatch } from './rows.ts';

/**
 * Reads a JSON list of objects with a user id and a record id, each a number or a string.
 *
 * @param userField name of the user's key, if it is given
 * @throws {UsageError} when the file is not a JSON list
 */
export function parseJson(text: string, userField: string | undefined): ImportBatch {
  const entries = readList(text);
  const lines = linesOfEntries(text);
  const batch = new BatchBuilder();
  for (const [index, entry] of entries.entries()) {
    const place = { line: lines[index] ?? 0 };
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      batch.refuse(place, 'it is not an object with userId and recordId');
      continue;
    }
    const { user, record } = findColumns(Object.keys(entry), userField);
    const values = entry as Readonly<Record<string, unknown>>;
    if (user === undefined) batch.refuse(place, `it has no ${userField ?? 'userId'}`);
    else if (record === undefined) batch.refuse(place, 'it has no recordId');
    else batch.add(place, values[user], values[record]);
  }
  return batch.build();
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

/** The tokens of JSON: strings, brackets and separators, line ends, and other values. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]|\n|[^\s"[\]{},:]+/g;

/**
 * The line on which each entry of a list begins.
 *
 * @param text a valid JSON list
 */
function linesOfEntries(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let entryBegins = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '\n') {
      line += 1;
      continue;
    }
    if (entryBegins && token !== ']') lines.push(line);
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    entryBegins = depth === 1 && (token === ',' || (token === '[' && lines.length === 0));
  }
  return lines;
}

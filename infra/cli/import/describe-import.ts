import { print } from '../output.ts';
import { formatCount } from '../terminal/progress-bar.ts';
import { colour, type Terminal } from '../terminal/terminal.ts';
import { type BadRow, formatPlace } from './import-row.ts';
import type { ImportReport } from './register-payments.ts';

/** Bad rows shown before the rest is only counted; `--json` has them all. */
const SHOWN = 50;

/** Tells what an import came to: the counts as a result, the rows left out as complaints. */
export function describeImport(
  report: ImportReport,
  context: { readonly out: Terminal; readonly err: Terminal; readonly json: boolean },
): void {
  const { created, renewed, alreadyPaid, duplicates, bad, failed } = report;
  const { err, json } = context;
  const tracked = created + renewed;
  const notes = [
    ...(renewed > 0 ? [`tracked before: ${formatCount(renewed)}`] : []),
    ...(alreadyPaid > 0 ? [`paid already: ${formatCount(alreadyPaid)}`] : []),
    ...(duplicates > 0 ? [`named twice: ${formatCount(duplicates)}`] : []),
  ];
  const more = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  print(context, { tracked, ...report }, `📍 Tracking ${formatCount(tracked)} payments${more}`);
  if (json) return;
  complain('Rows that are not valid', bad, err);
  complain('Rows that could not be written (repeat the import)', failed, err);
}

function complain(title: string, rows: readonly BadRow[], err: Terminal): void {
  if (rows.length === 0) return;
  err.write(`${colour(err, 'red', '✖')} ${title}: ${formatCount(rows.length)}\n`);
  for (const { place, reason } of rows.slice(0, SHOWN)) {
    err.write(`  ${formatPlace(place)}: ${reason}\n`);
  }
  if (rows.length > SHOWN)
    err.write(`  and ${formatCount(rows.length - SHOWN)} more (--json has them all)\n`);
}

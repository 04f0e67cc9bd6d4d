import type { TrackerStats } from '../../../lambda/client/index.ts';
import { formatCount } from '../console/terminal.ts';
import type { Finding } from './checks.ts';

/** Looks for payments that the ticks cannot confirm. */
export function judgePayments({
  pending,
  held,
  missing,
  invalid,
  webhookSilent,
}: TrackerStats): readonly Finding[] {
  const found: Finding[] = [{ outcome: 'ok', text: `${formatCount(pending)} are pending` }];
  if (held > 0) {
    found.push({
      outcome: 'fault',
      text: `${formatCount(held)} are held, because they were tracked while the tracker watched another table`,
      hint: 'If the table has the same records, run accept-table; if not, set NOCODB_TABLE_ID back',
    });
  }
  if (webhookSilent) {
    found.push({
      outcome: 'note',
      text: 'ticks confirmed payments that the webhook should have reported',
      hint: "Run webhook install again, and look at the calls that NocoDB lists for the webhook and at the function's log",
    });
  }
  if (missing + invalid > 0) {
    found.push({
      outcome: 'note',
      text: `${formatCount(missing)} are missing and ${formatCount(invalid)} are invalid`,
      hint: 'The log of the tick function names them (payment.missing, payment.invalid); untrack those that nobody will pay',
    });
  }
  return found;
}

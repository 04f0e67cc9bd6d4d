import type { TrackerStats } from '../../../lambda/client/index.ts';
import { TrackerError } from '../../../lambda/tracker/errors.ts';
import type { Payments } from '../commands/context.ts';
import { CommandError } from '../console/errors.ts';
import { formatCount } from '../console/terminal.ts';
import type { Check, Finding } from './checks.ts';

/** Looks for payments that the ticks cannot confirm. Before the deployment there is no table to read. */
export function paymentsCheck(open: () => Promise<Payments>): Check {
  return {
    title: 'Payments',
    async run() {
      try {
        return findings(await (await open()).getStats());
      } catch (error) {
        if (!(error instanceof CommandError || error instanceof TrackerError)) throw error;
        const hint = error.message.replace(/\.$/, '');
        return [{ outcome: 'note', text: 'the payments table was not read', hint }];
      }
    },
  };
}

function findings({ pending, held, missing, invalid }: TrackerStats): readonly Finding[] {
  const found: Finding[] = [{ outcome: 'ok', text: `${formatCount(pending)} are pending` }];
  if (held > 0) {
    found.push({
      outcome: 'fault',
      text: `${formatCount(held)} are held, because they were tracked while the tracker watched another table`,
      hint: 'If the table has the same records, run accept-table; if not, set NOCODB_TABLE_ID back',
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

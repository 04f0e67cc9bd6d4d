import { Command } from 'commander';
import type { TrackerStats } from '../../../lambda/client/index.ts';
import { EXIT_CODE } from '../console/errors.ts';
import { type Colour, colour, type Terminal } from '../console/terminal.ts';
import type { ReportLine } from '../doctor/checks.ts';
import { runChecks } from '../doctor/checks.ts';
import { concurrencyCheck } from '../doctor/concurrency-check.ts';
import { judgePayments } from '../doctor/judge-payments.ts';
import { judgeRequests } from '../doctor/judge-requests.ts';
import { nocoDbChecks } from '../doctor/nocodb-checks.ts';
import { statsCheck } from '../doctor/stats-check.ts';
import type { ToAction } from './context.ts';

/** `doctor`: checks whether the tracker can use the configured NocoDB. */
export function doctorCommand(toAction: ToAction): Command {
  return new Command('doctor')
    .summary(
      'Check the settings, the payments, and NocoDB: address, token, table, fields, rights, bulk lists.',
    )
    .description(
      'The checks use NOCODB_API_URL, NOCODB_TABLE_ID and NOCODB_API_TOKEN (the README lists the other settings). Only the last ones use AWS: one reads the payments table (with NOCODB_MONTHLY_QUOTA, another compares the requests of the month with it), and with a webhook (NOCODB_WEBHOOK_SECRET_PARAMETER) one reads the concurrency of the account, with the right lambda:GetAccountSettings. After the first fault, the checks that depend on it are skipped.',
    )
    .addHelpText('after', EXAMPLES)
    .action(
      toAction(async (context) => {
        const lines: ReportLine[] = [];
        const webhook = context.webhookSettings();
        const quota = context.monthlyQuota();
        let stats: Promise<TrackerStats> | undefined;
        const readStats = () => {
          stats ??= context.payments().then((payments) => payments.getStats());
          return stats;
        };
        const checks = [
          ...nocoDbChecks(context.nocodb),
          statsCheck('Payments', readStats, judgePayments),
          ...(quota === undefined
            ? []
            : [statsCheck('Quota', readStats, (read) => judgeRequests(read, quota))]),
          ...(webhook ? [concurrencyCheck(webhook.maxConcurrency, context.accountConcurrency)] : []),
        ];
        for await (const line of runChecks(checks)) {
          lines.push(line);
          if (!context.json) context.out.write(`${format(line, context.out)}\n`);
        }
        const healthy = lines.every(({ outcome }) => outcome === 'ok' || outcome === 'note');
        if (context.json) context.out.write(`${JSON.stringify({ healthy, checks: lines })}\n`);
        return healthy ? EXIT_CODE.done : EXIT_CODE.failed;
      }),
    );
}

const EXAMPLES = `
Examples:
  payment-tracker doctor
  payment-tracker doctor --json`;

const SIGNS = {
  ok: { sign: '✔', colour: 'green' },
  note: { sign: '!', colour: 'yellow' },
  fault: { sign: '✖', colour: 'red' },
  skipped: { sign: '–', colour: 'dim' },
} as const satisfies Record<ReportLine['outcome'], { readonly sign: string; readonly colour: Colour }>;

/** Width of the longest title, in characters. */
const TITLE_WIDTH = 10;

function format(line: ReportLine, terminal: Terminal): string {
  const { sign, colour: name } = SIGNS[line.outcome];
  const start = `${colour(terminal, name, sign)} ${line.check.padEnd(TITLE_WIDTH)} `;
  if (line.outcome === 'skipped') return `${start} ${colour(terminal, 'dim', 'not checked')}`;
  const hint = 'hint' in line ? `\n${' '.repeat(TITLE_WIDTH + 4)}→ ${line.hint}` : '';
  return `${start} ${line.text}${hint}`;
}

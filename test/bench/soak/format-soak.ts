import { formatMachine } from '../measure/machine.ts';
import { bytes, count, figure, markdownTable } from '../report/format.ts';
import { faultsOf } from './judge.ts';
import type { SoakReport } from './run-soak.ts';

/** The result of a soak as test/bench/README.md shows it. */
export function formatSoak(report: SoakReport): string {
  const { minutes, pending, intervalSeconds, machine, account, memory, tickTime, ticks, failures, faults } =
    report;
  const kinds = Object.entries(failures).map(([kind, times]) => `${kind} ${count(times)}`);
  const found = faultsOf(report);
  const rows = [
    ['Ticks that succeeded / failed', `${count(ticks.succeeded)} / ${count(ticks.failed)}`],
    ['Faults of NocoDB', count(faults)],
    ['Failures by kind', kinds.join(', ') || 'none'],
    ['Records ticked as paid in NocoDB', count(account.ticked)],
    ['Payments that bots read as paid', count(account.readablePaid)],
    ['Confirmations counted by `getStats()`', count(account.counted)],
    [
      'Confirmations in the log, and the payments in them',
      `${count(account.announcements)}, ${count(account.announcedPayments)}`,
    ],
    ['Pending at the end (expected)', `${count(account.pending)} (${count(account.expectedPending)})`],
    ['Memory of the tick function, first → last third', `${bytes(memory.first)} → ${bytes(memory.last)}`],
    ['Time of a tick, first → last third', `${figure(tickTime.first)} → ${figure(tickTime.last)} ms`],
    ['Found wrong', found.join('; ') || 'nothing'],
  ];
  return [
    `**${count(minutes)} minutes of the deployed stack** on the emulator: a tick every ${intervalSeconds} s, ${count(pending)} payments pending, two new customers and two payments a second, a fault of NocoDB every 45 s. ${formatMachine(machine)}`,
    markdownTable(['', 'Result'], rows),
  ].join('\n\n');
}

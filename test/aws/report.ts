import type { Spread, TickTimes } from './tick-times.ts';

/** The results of a run. Times are seconds. */
export interface AwsReport {
  /** Where it ran. */
  readonly place: string;
  readonly intervalSeconds: number;
  readonly minutes: number;
  readonly ticks: TickTimes & { readonly slotsWithout: number };
  readonly delay: Spread;
  readonly announcement: Spread;
  readonly webhookDelay: Spread;
  /** Absent: it was left out. */
  readonly alarm: number | undefined;
  readonly deployed: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A Markdown table, as in the README of this folder. */
export function formatReport(report: AwsReport): string {
  const { ticks, alarm } = report;
  const rows = [
    ['', report.place],
    ['---', '---:'],
    ['Interval; minutes of measured ticks', `${report.intervalSeconds} s; ${report.minutes}`],
    ['Ticks / failed / slots without a tick', `${ticks.ticks} / ${ticks.failed} / ${ticks.slotsWithout}`],
    ['Gap between ticks, p50 / p99 / max', seconds(ticks.gap)],
    ['From the slot to its tick, p50 / p99 / max', seconds(ticks.lateness)],
    [`– at a cold start (${ticks.coldStarts})`, ticks.coldStarts > 0 ? seconds(ticks.coldLateness) : '–'],
    ['Delay from `Paid` to readable, p50 / p99 / max', seconds(report.delay)],
    ['– with the webhook', seconds(report.webhookDelay)],
    ['From confirmed to delivered by the bot', seconds(report.announcement)],
    ['From the fault to the notification of the alarm', alarm === undefined ? '–' : `${alarm.toFixed(0)} s`],
    [
      'Deployed / updated in place / deleted',
      `${[report.deployed, report.updated, report.deleted].map((value) => value.toFixed(0)).join(' / ')} s`,
    ],
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function seconds({ p50, p99, max }: Spread): string {
  return `${[p50, p99, max].map((value) => value.toFixed(2)).join(' / ')} s`;
}

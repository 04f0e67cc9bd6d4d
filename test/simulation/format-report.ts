import type { AnnouncementReport, SimulationReport, Spread } from './report.ts';

/** The rows of the table that compares reports; each has a name and how to show a report's value. */
const ROWS: readonly (readonly [name: string, show: (report: SimulationReport) => string])[] = [
  ['Simulated minutes (seed)', ({ minutes, seed }) => `${count(minutes)} (${seed})`],
  ['Ticks done / failed / skipped / died', ({ ticks }) => Object.values(ticks).map(count).join(' / ')],
  [
    'Starts of the loop by the rule / by a wake-up',
    ({ loops }) => Object.values(loops).map(count).join(' / '),
  ],
  ['Requests to NocoDB', ({ nocodbRequests }) => count(nocodbRequests)],
  ['Most requests in a second', ({ mostRequestsInASecond }) => count(mostRequestsInASecond)],
  ['Most failures of a kind in a row', ({ mostFailuresInRow }) => count(mostFailuresInRow)],
  ['Payments tracked / confirmed', ({ payments, confirmed }) => `${count(payments)} / ${count(confirmed)}`],
  ['Payments confirmed again after they expired', ({ confirmedAgain }) => count(confirmedAgain)],
  ['Seen: 429 / cut pages', ({ seen }) => `${count(seen.rateLimits)} / ${count(seen.cutPages)}`],
  ['Seen: records missing / invalid', ({ seen }) => `${count(seen.missing)} / ${count(seen.invalid)}`],
  [
    'Seen: pending again / held at most / broken gates',
    ({ seen }) => [seen.revived, seen.held, seen.passedOver].map(count).join(' / '),
  ],
  ['Gap between ticks, p50 / p99 / max', ({ gap }) => seconds(gap)],
  ['Delay from `Paid` to readable, p50 / p99 / max', ({ delay }) => seconds(delay)],
  ['Overlapping ticks', ({ overlaps }) => count(overlaps)],
  ['Requests inside a penalty', ({ requestsInPenalties }) => count(requestsInPenalties)],
  ['– after a 429 whose tick died before noting it', (report) => count(report.requestsInUnnotedPenalties)],
  [
    'Requests beyond the quota / of them too soon',
    (report) => `${count(report.requestsBeyondQuota)} / ${count(report.requestsTooSoon)}`,
  ],
  [
    'Quota used up for / last confirmation after its return',
    ({ quotaUsedUp, longestAfterQuota }) => `${quotaUsedUp.toFixed(0)} / ${longestAfterQuota.toFixed(0)} s`,
  ],
  ['Confirmations lost', ({ lost }) => count(lost)],
  ['Confirmations doubled', ({ doubled }) => count(doubled)],
  ['Confirmations invented', ({ invented }) => count(invented)],
  ['Payments given up wrongly', ({ givenUpWrongly }) => count(givenUpWrongly)],
  ['Events on the bus / of them repeated', (report) => announcements(report, ['announced', 'repeated'])],
  ['Announcements lost', (report) => announcements(report, ['lost'])],
  ['Announcements invented', (report) => announcements(report, ['invented'])],
  ['Announcements under another key', (report) => announcements(report, ['withOtherKey'])],
  ['Dead letters missing or needless', (report) => announcements(report, ['wrongDeadLetters'])],
];

/** What the column of a profile is called. */
const COLUMNS: Readonly<Record<SimulationReport['profile'], string>> = {
  few: 'few faults',
  many: 'many faults',
  'many-pending': '200,000 pending',
  'slow-ids': 'slow per id',
  'slow-rows': 'slow per row',
  'slow-at-times': 'slow at times',
  'small-bodies': 'bodies up to 64 KB',
  'v2-removed': 'API v2 removed',
  'wrong-table': 'wrong table',
  'lost-rows': 'rows lost and restored',
  'other-table': 'other table, same ids',
  'wrong-id-field': 'wrong id field',
  'broken-gate': 'broken gate',
  'ssm-away': 'SSM away',
  'webhook-first': 'webhook first',
  'late-streams': 'late streams',
  expiry: 'expired and tracked again',
  quota: 'quota used up',
};

/** A Markdown table of reports, side by side. */
export function formatReports(reports: readonly SimulationReport[]): string {
  const header = ['', ...reports.map(({ profile }) => COLUMNS[profile])];
  const alarms = Object.keys(reports[0]?.alarms ?? {}).map((name): (typeof ROWS)[number] => [
    `Alarm \`${name}\`: times on / minutes`,
    (report) => `${count(report.alarms?.[name]?.times ?? 0)} / ${count(report.alarms?.[name]?.minutes ?? 0)}`,
  ]);
  const rows = [...ROWS, ...alarms].map(([name, show]) => [name, ...reports.map(show)]);
  return [header, header.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function announcements(report: SimulationReport, names: readonly (keyof AnnouncementReport)[]): string {
  return names.map((name) => count(report.announcements?.[name] ?? 0)).join(' / ');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function seconds({ p50, p99, max }: Spread): string {
  return `${[p50, p99, max].map((value) => value.toFixed(1)).join(' / ')} s`;
}

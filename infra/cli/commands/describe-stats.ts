import type { TrackerStats } from '../../../lambda/client/index.ts';
import { type Colour, colour, formatCount, plural, type Terminal } from '../console/terminal.ts';

/** Age in intervals up to which data is fresh (green). */
const FRESH_INTERVALS = 2;
/** Age in intervals up to which data is late (yellow). Older data is stale (red). */
const STALE_INTERVALS = 9;

/** The stats as lines, one for each subject. @param now epoch milliseconds */
export function describeStats(
  stats: TrackerStats,
  now: number,
  terminal: Pick<Terminal, 'colours'>,
): string[] {
  const { requests, lastError } = stats;
  const interval =
    stats.updateIntervalSeconds === null ? '' : ` (a tick every ${stats.updateIntervalSeconds} s)`;
  const failures =
    stats.failures === 0 ? '' : colour(terminal, 'yellow', `, ${formatCount(stats.failures)} failed`);
  return [
    line('Freshness', describeFreshness(stats, terminal) + interval),
    ...(isSweepLong(stats)
      ? [line('Last sweep', `${stats.lastSweep?.ago} (it takes several ticks to ask for every payment)`)]
      : []),
    line('Pending', `${plural(stats.pending, 'payment')} of ${plural(stats.trackedUsers, 'user')}`),
    ...describeHeld(stats, terminal),
    ...describeGivenUp(stats, terminal),
    line('Confirmed', plural(stats.paymentsConfirmed, 'payment')),
    line('Ticks', `${formatCount(stats.totalUpdates)} done${failures}`),
    line(
      'Requests',
      `${formatCount(requests.total)} to NocoDB: ✅ ${formatCount(requests.ok)} ❌ ${formatCount(requests.failed)} 🚫 ${formatCount(requests.rateLimited)}`,
    ),
    line('This month', describeMonth(requests)),
    ...describeWebhook(stats, terminal),
    line('Penalty', describePenalty(stats, now, terminal)),
    ...(lastError === null
      ? []
      : [
          line(
            'Last error',
            colour(terminal, 'red', `${lastError.kind} at ${lastError.at}: ${lastError.message}`),
          ),
        ]),
  ];
}

/** The stats on one line, for a log. */
export function summarizeStats(stats: TrackerStats): string {
  const { requests } = stats;
  return [
    stats.lastUpdate === null ? 'no tick yet' : `updated ${stats.lastUpdate.ago}`,
    ...(isSweepLong(stats) ? [`swept ${stats.lastSweep?.ago}`] : []),
    `${formatCount(stats.pending)} pending`,
    ...(stats.held === 0 ? [] : [`${formatCount(stats.held)} held`]),
    ...(stats.missing + stats.invalid === 0
      ? []
      : [`${formatCount(stats.missing + stats.invalid)} given up`]),
    `${formatCount(stats.paymentsConfirmed)} confirmed`,
    `${plural(requests.total, 'request')} (${formatCount(requests.failed)} failed, ${formatCount(requests.rateLimited)} rate-limited)`,
    ...(stats.blockedUntil === null ? [] : [`blocked until ${stats.blockedUntil}`]),
    ...(stats.lastError === null ? [] : [`last error ${stats.lastError.kind}`]),
    ...(stats.resting ? ['resting'] : []),
  ].join(' · ');
}

function describeMonth({ thisMonth, perMonth }: TrackerStats['requests']): string {
  const needed =
    perMonth === null ? '' : `; a whole month of waiting payments needs about ${formatCount(perMonth)}`;
  return `${plural(thisMonth, 'request')}${needed}`;
}

function describeWebhook({ webhookSilent }: TrackerStats, terminal: Pick<Terminal, 'colours'>): string[] {
  if (!webhookSilent) return [];
  const text = 'silent: ticks confirm what it should have reported; run webhook install again';
  return [line('Webhook', colour(terminal, 'red', text))];
}

function describeHeld({ held }: TrackerStats, terminal: Pick<Terminal, 'colours'>): string[] {
  if (held === 0) return [];
  const text = `${formatCount(held)} pending payments were tracked for another table: see accept-table`;
  return [line('Held', colour(terminal, 'red', text))];
}

function describeGivenUp({ missing, invalid }: TrackerStats, terminal: Pick<Terminal, 'colours'>): string[] {
  if (missing + invalid === 0) return [];
  const text = `${formatCount(missing)} missing, ${formatCount(invalid)} invalid (asked for once an hour)`;
  return [line('Given up', colour(terminal, 'yellow', text))];
}

/** Whether the last complete sweep is older than the data by more than an interval. */
function isSweepLong({ lastUpdate, lastSweep, updateIntervalSeconds }: TrackerStats): boolean {
  if (lastUpdate === null || lastSweep === null) return false;
  return lastSweep.ageSeconds - lastUpdate.ageSeconds > (updateIntervalSeconds ?? 0);
}

function describeFreshness(stats: TrackerStats, terminal: Pick<Terminal, 'colours'>): string {
  const { lastUpdate, updateIntervalSeconds } = stats;
  if (lastUpdate === null) return colour(terminal, 'yellow', 'no successful tick yet');
  if (stats.resting) return `${lastUpdate.ago}; resting until something is tracked`;
  const intervals = lastUpdate.ageSeconds / (updateIntervalSeconds ?? lastUpdate.ageSeconds);
  return colour(terminal, colourOfAge(intervals), lastUpdate.ago);
}

function colourOfAge(intervals: number): Colour {
  if (intervals <= FRESH_INTERVALS) return 'green';
  return intervals <= STALE_INTERVALS ? 'yellow' : 'red';
}

function describePenalty(
  { blockedUntil: until, lastError }: TrackerStats,
  now: number,
  terminal: Pick<Terminal, 'colours'>,
): string {
  if (until === null) return 'none';
  const why =
    lastError?.kind === 'QuotaUsedUp' ? 'the quota of the month is used up' : 'NocoDB limits the rate';
  const seconds = Math.ceil((Date.parse(until) - now) / 1000);
  return colour(terminal, 'red', `${why}: nothing is sent for ${seconds} s (until ${until})`);
}

function line(name: string, text: string): string {
  return `${name.padEnd(11)} ${text}`;
}

import type { TrackerStats } from './stats.ts';

const RULE = '='.repeat(60);

/** The stats for people, as `printStats` prints them. */
export function formatStats(stats: TrackerStats): string {
  const { updateIntervalSeconds: interval } = stats;
  return [
    RULE,
    '📊 Global Payment Tracker Stats',
    RULE,
    `Tracked Users: ${stats.trackedUsers}`,
    `Update Interval: ${interval === null ? 'unknown before the first tick' : `${interval}s`}`,
    `Total Updates: ${stats.totalUpdates}`,
    `Last Update: ${stats.lastUpdate?.ago ?? 'never'}`,
    `Users Updated: ${stats.usersUpdated}`,
    `Payments Confirmed: ${stats.paymentsConfirmed}`,
    RULE,
  ].join('\n');
}

import { quantile } from './quantiles.ts';
import type { AlarmCount, AlarmWatch } from './world/alarm-watch.ts';
import type { AnnouncementLedger } from './world/announcement-ledger.ts';
import type { Cloud } from './world/cloud.ts';
import type { FaultProfile } from './world/fault-profile.ts';
import type { Ledger } from './world/ledger.ts';
import type { NocoDbServer } from './world/nocodb-server.ts';

/** The results of a simulation. Times are seconds. */
export interface SimulationReport {
  /** The simulated faults. */
  readonly profile: FaultProfile['name'];
  readonly seed: number;
  readonly minutes: number;
  readonly intervalSeconds: number;
  readonly ticks: Readonly<Ledger['outcomes']>;
  readonly nocodbRequests: number;
  /** The most requests within a second, attempts that repeat one included. */
  readonly mostRequestsInASecond: number;
  /** The most ticks in a row that failed with one kind of error, without those that a fault of the profile met. */
  readonly mostFailuresInRow: number;
  /** Executions of the loop: started by the rule, and by a payment that became pending while it rested. */
  readonly loops: Readonly<Cloud['starts']>;
  readonly seen: Readonly<Ledger['seen']>;
  /** Between one tick and the next, while anybody waits. */
  readonly gap: Spread;
  /** From `Paid` in NocoDB to paid in the table that bots read. */
  readonly delay: Spread;
  /** Delays, in seconds, that the payments of the simulation had: how many of each second. */
  readonly delayHistogram: readonly number[];
  readonly payments: number;
  readonly confirmed: number;
  /** Confirmed once more, after they had expired and were tracked again. */
  readonly confirmedAgain: number;
  /** Ticks that began while another one was at work. */
  readonly overlaps: number;
  readonly requestsInPenalties: number;
  /** Requests after a 429 that the tick which got it did not live to note. No goal: nobody could know of it. */
  readonly requestsInUnnotedPenalties: number;
  /** Requests that NocoDB refused because the month's quota was used up. */
  readonly requestsBeyondQuota: number;
  /** Requests beyond the quota less than an hour after another one. */
  readonly requestsTooSoon: number;
  /** How long the quota was used up, and the longest time from its return to a confirmation that waited for it. */
  readonly quotaUsedUp: number;
  readonly longestAfterQuota: number;
  readonly lost: number;
  readonly doubled: number;
  /** Confirmed without being paid, or without being tracked, or for somebody else than the record's owner. */
  readonly invented: number;
  /** Called missing or invalid, although the record exists and its id is in order. */
  readonly givenUpWrongly: number;
  /** Absent: nothing was announced. */
  readonly announcements?: AnnouncementReport;
  /** How often each alarm went off during the faults; absent: no alarms were evaluated. */
  readonly alarms?: Readonly<Record<string, AlarmCount>>;
}

/** The events on the bus. */
export type AnnouncementReport = Readonly<
  Pick<AnnouncementLedger, 'announced' | 'repeated' | (typeof ANNOUNCEMENTS_NEVER)[number]>
>;

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A goal that a report missed. */
export interface MissedGoal {
  readonly goal: string;
  readonly found: number;
}

export function summarize({
  ledger,
  server,
  cloud,
  announcements,
  alarmWatch,
  ...about
}: Pick<SimulationReport, 'profile' | 'seed' | 'minutes' | 'intervalSeconds'> & {
  readonly ledger: Ledger;
  readonly server: NocoDbServer;
  readonly cloud: Cloud;
  readonly announcements?: AnnouncementLedger | undefined;
  readonly alarmWatch?: AlarmWatch | undefined;
}): SimulationReport {
  return {
    ...about,
    ticks: { ...ledger.outcomes },
    nocodbRequests: server.requests,
    mostRequestsInASecond: server.mostInASecond,
    mostFailuresInRow: ledger.mostFailuresInRow,
    loops: { ...cloud.starts },
    seen: { ...ledger.seen },
    gap: spread(ledger.gaps),
    delay: spread(ledger.delays),
    delayHistogram: histogram(ledger.delays),
    payments: ledger.payments,
    confirmed: ledger.confirmed,
    confirmedAgain: ledger.confirmedAgain,
    overlaps: ledger.overlaps,
    requestsInPenalties: server.inPenalties.noted,
    requestsInUnnotedPenalties: server.inPenalties.unnoted,
    requestsBeyondQuota: server.quota?.refused ?? 0,
    requestsTooSoon: server.quota?.tooSoon ?? 0,
    quotaUsedUp: (server.quota?.usedUpFor ?? 0) / 1000,
    longestAfterQuota: ledger.longestAfterQuota / 1000,
    lost: ledger.lost,
    doubled: ledger.doubled,
    invented: ledger.invented,
    givenUpWrongly: ledger.givenUpWrongly,
    ...(announcements && { announcements: announcementReport(announcements) }),
    ...(alarmWatch && { alarms: alarmWatch.counts }),
  };
}

function announcementReport(ledger: AnnouncementLedger): AnnouncementReport {
  const { announced, repeated, lost, invented, withOtherKey, wrongDeadLetters } = ledger;
  return { announced, repeated, lost, invented, withOtherKey, wrongDeadLetters };
}

/** What must never happen, whatever the faults. */
const NEVER = [
  'overlaps',
  'requestsInPenalties',
  'requestsTooSoon',
  'lost',
  'doubled',
  'invented',
  'givenUpWrongly',
] as const;

/** What must never happen to announcements. They may be late, and repeated with the same key. */
const ANNOUNCEMENTS_NEVER = ['lost', 'invented', 'withOtherKey', 'wrongDeadLetters'] as const;

/** Profiles in which the tracker cannot confirm anything for a part of the time. */
const HAS_BAD_TIMES: ReadonlySet<SimulationReport['profile']> = new Set([
  'wrong-table',
  'lost-rows',
  'other-table',
  'wrong-id-field',
]);

/** What must stay within a limit, whatever the faults. NocoDB blocks whoever sends more requests in a second. */
const LIMITS = [
  { of: 'mostRequestsInASecond', most: 5 },
  { of: 'mostFailuresInRow', most: 3 },
] as const;

/** Goals for an interval of 20 s, with few faults: a tick in each slot, and a wait of half an interval for the next. */
const FEW_FAULTS_GOALS = [
  { of: 'gap', quantile: 'p99', most: 20 },
  { of: 'delay', quantile: 'p50', most: 10.5 },
  { of: 'delay', quantile: 'p99', most: 21 },
] as const;

/** Goals for webhook first: most payments are reported, and ticks find the others no later than the backstop. */
const WEBHOOK_FIRST_GOALS = [
  { of: 'delay', quantile: 'p50', most: 1 },
  { of: 'delay', quantile: 'p99', most: 3660 },
] as const;

/** The goals that a report misses; gaps and delays are compared as they are shown, to a tenth of a second. */
export function missedGoals(report: SimulationReport): MissedGoal[] {
  const never = NEVER.filter((name) => report[name] !== 0).map((name) => ({
    goal: `0 ${name}`,
    found: report[name],
  }));
  const { announcements } = report;
  const announced = ANNOUNCEMENTS_NEVER.map((name) => ({
    goal: `0 announcements ${name}`,
    found: announcements?.[name] ?? 0,
  })).filter(({ found }) => found !== 0);
  const limits = LIMITS.filter(({ of, most }) => report[of] > most).map(({ of, most }) => ({
    goal: `${of} ≤ ${most}`,
    found: report[of],
  }));
  const late = spreadGoals(report)
    .map(({ of, quantile: name, most }) => ({
      goal: `${of} ${name} ≤ ${most} s`,
      found: Number(report[of][name].toFixed(1)),
      most,
    }))
    .filter(({ found, most }) => !(found <= most));
  return [
    ...never,
    ...announced,
    ...limits,
    ...falseAlarms(report),
    ...missedAroundQuota(report),
    ...late.map(({ goal, found }) => ({ goal, found })),
  ];
}

/** While the quota is used up, people are told. Once it is back, a tick finds that out within an hour. */
function missedAroundQuota(report: SimulationReport): MissedGoal[] {
  const { alarms, intervalSeconds, quotaUsedUp, longestAfterQuota } = report;
  const longest = 3600 + 2 * intervalSeconds;
  // An alarm sees a failure at the end of the minute.
  const minutes = Math.floor(quotaUsedUp / 60) - 2;
  const rang = alarms?.ActionNeeded?.minutes ?? minutes;
  return [
    ...(rang < minutes ? [{ goal: 'alarm ActionNeeded while the quota is used up', found: rang }] : []),
    ...(longestAfterQuota > longest
      ? [{ goal: `longestAfterQuota ≤ ${longest} s`, found: longestAfterQuota }]
      : []),
  ];
}

/** Alarms that few faults must not set off: deleted records, reused ids and a rejected token are among those faults. */
const SILENT_WITH_FEW_FAULTS = ['DataStale', 'LoopStopped', 'LoopFails', 'RateLimited'] as const;

function falseAlarms({ profile, alarms = {}, seen }: SimulationReport): MissedGoal[] {
  if (profile === 'webhook-first') {
    const found = seen.silentWebhooks;
    return found > 0 ? [{ goal: '0 ticks that take the webhook for silent', found }] : [];
  }
  if (profile !== 'few') return [];
  return SILENT_WITH_FEW_FAULTS.map((name) => ({
    goal: `0 alarms ${name}`,
    found: alarms[name]?.times ?? 0,
  })).filter(({ found }) => found > 0);
}

/**
 * Goals about gaps and delays. With many faults there are none: outages, penalties and deaths keep the server from
 * answering 1,000 ids in each interval. Nor are there any while people keep the records away.
 */
function spreadGoals({ profile, intervalSeconds }: SimulationReport) {
  if (profile === 'many') return [];
  if (profile === 'webhook-first') return WEBHOOK_FIRST_GOALS;
  if (HAS_BAD_TIMES.has(profile)) return [];
  if (profile === 'few' && intervalSeconds === 20) return FEW_FAULTS_GOALS;
  return [{ of: 'delay', quantile: 'p99', most: 2 * intervalSeconds }] as const;
}

function spread(milliseconds: readonly number[]): Spread {
  const seconds = (share: number) => Number((quantile(milliseconds, share) / 1000).toFixed(3));
  return { p50: seconds(0.5), p99: seconds(0.99), max: seconds(1) };
}

function histogram(milliseconds: readonly number[]): number[] {
  const counts: number[] = [];
  for (const value of milliseconds) {
    const second = Math.floor(value / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

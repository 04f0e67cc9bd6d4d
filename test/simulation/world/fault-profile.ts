/** The profiles of a simulation by name; `npm run simulate -- --faults` takes these names. */
export type ProfileName =
  | 'few'
  | 'many'
  | 'many-pending'
  | 'slow-ids'
  | 'slow-rows'
  | 'slow-at-times'
  | 'small-bodies'
  | 'v2-removed'
  | 'wrong-table'
  | 'lost-rows'
  | 'other-table'
  | 'wrong-id-field'
  | 'broken-gate'
  | 'ssm-away'
  | 'webhook-first'
  | 'late-streams'
  | 'expiry'
  | 'quota';

/**
 * What people do wrong:
 *
 * - `wrong-table`: the tracker asks a table that has none of the records.
 * - `lost-rows`: a part of the rows is gone, and is restored at the end.
 * - `other-table`: the tracker asks another table, whose records have the same ids. Nobody comes meanwhile.
 * - `wrong-id-field`: the server refuses every id.
 * - `broken-gate`: somebody writes a moment far ahead into the control item.
 * - `ssm-away`: not people but AWS: SSM does not give the token.
 */
export type Mishap =
  | 'wrong-table'
  | 'lost-rows'
  | 'other-table'
  | 'wrong-id-field'
  | 'broken-gate'
  | 'ssm-away';

/**
 * The faults that a simulation has, and how often. Times are milliseconds, probabilities are per event, and means are
 * those of exponential distributions.
 */
export interface FaultProfile {
  readonly name: ProfileName;
  /** The part of the simulated minutes asked for that this profile runs. */
  readonly shareOfMinutes: number;
  /** Seconds between two ticks. @default - that of the simulation */
  readonly intervalSeconds?: number;
  /** NocoDB's webhook, and the share of its calls that is lost. @default - no webhook */
  readonly webhook?: { readonly lost: number };
  /** When the simulation begins, epoch milliseconds, and the calls that NocoDB Cloud's plan allows until the month ends. */
  readonly quota?: { readonly begin: number; readonly left: number };
  /** Paid payments that expire in the simulated time. @default - none: they are kept for longer */
  readonly expiry?: Expiry;

  /** Longest time between the minute and the start by the rule. */
  readonly ruleJitter: number;
  readonly duplicateStarts: number;
  readonly missedStarts: number;

  /** Largest deviation of a Lambda's clock, in both directions. */
  readonly clockSkew: number;
  readonly coldStarts: number;
  /** A call of the tick function is throttled. */
  readonly throttledCalls: number;
  /** An invocation crashes at one of its steps: before a request, or between a write and its response. */
  readonly deaths: number;
  /** An invocation hangs until its timeout ends it. */
  readonly hangs: number;

  /** An operation on the table fails after the SDK's retries; it may have been carried out. */
  readonly tableFaults: number;
  /** The response to a write is lost, and the SDK sends the write again. */
  readonly repeatedWrites: number;
  /** How far the index may lag behind the table: usually up to `usual`, and with the probability `longLags` up to `longest`. */
  readonly indexLag: { readonly usual: number; readonly longest: number; readonly longLags: number };

  /** A request travels for `slowAnswer` instead of `answer`, there and back. */
  readonly slowAnswers: number;
  readonly answer: readonly [low: number, high: number];
  readonly slowAnswer: readonly [low: number, high: number];
  /** How long the server works on a request, on top of that. */
  readonly work: ServerWork;
  /** Mean time between the server's slow times, their mean length, and its work in them. */
  readonly slowTimes: { readonly every: number; readonly length: number; readonly work: ServerWork };
  /** An attempt of a request fails. */
  readonly requestFaults: number;
  /** Mean time between outages, and their mean length. */
  readonly outages: { readonly every: number; readonly length: number };
  /** Mean time between bursts of other clients' requests, after which the server blocks the token. */
  readonly bursts: number;
  /** Mean time between changes of the server's page size, and the possible page sizes. */
  readonly pageCaps: { readonly every: number; readonly caps: readonly number[] };
  /** Mean time until the server gets or loses its bulk lists. */
  readonly bulkListChanges: number;
  /** Time until the server loses API v2, for good; only v3 is left. */
  readonly v2Lasts: number;
  /** Record ids that fit a URL. */
  readonly urlIds: number;
  /** The largest body of a request that the proxy lets through, bytes. */
  readonly maxBodyBytes: number;

  /** The server's clock minus the true time. */
  readonly serverSkew: number;
  /** Edits by SQL, which do not move a record's time of change. */
  readonly sqlEdits: number;
  /** Edits that become visible up to `longest` after the time of change that they carry. */
  readonly lateCommits: { readonly share: number; readonly longest: number };

  readonly announcing: AnnouncingFaults;

  /** What people do wrong, the mean time between two such times, and how long each takes. */
  readonly mishaps: { readonly kind: Mishap; readonly every: number; readonly length: number } | undefined;
  /** Whether an owner field is configured. */
  readonly comparesOwners: boolean;
  /** Users for whom a record of somebody else is tracked. */
  readonly mistakenUsers: number;
  /** Payments that are pending from the beginning; now and then one of them is paid. */
  readonly backlog: number;
  /** Payments whose record id the server refuses; whose record is deleted; whose id then gets a record of another user. */
  readonly poisonousIds: number;
  readonly deletedRecords: number;
  readonly reusedIds: number;
}

/** What a server's work on a request takes: for each id asked for, and for each row of the answer. */
export interface ServerWork {
  readonly perId: number;
  readonly perRow: number;
}

/** What happens when paid payments expire. */
export interface Expiry {
  /** Days that a paid payment stays readable. */
  readonly paidDays: number;
  /** Longest time until DynamoDB deletes an item that has expired. */
  readonly deletion: number;
  /** Payments that a bot tracks again, and how long after they were paid. Their records are still ticked. */
  readonly trackedAgain: { readonly share: number; readonly after: readonly [low: number, high: number] };
}

/** The faults between a confirmed payment in the table and its event on the bus. */
export interface AnnouncingFaults {
  /** Mean time between two delays of one of the stream's shards, and the longest of them. */
  readonly lateShards: { readonly every: number; readonly longest: number };
  /** Mean time between two deployments that replace the mapping of the stream to the function. */
  readonly replacements: number;
  /** A call of the function is throttled; an invocation crashes at one of its steps. */
  readonly throttledCalls: number;
  readonly deaths: number;
  /** A call of the bus or the dead-letter queue fails after the SDK's retries; it may have been carried out. */
  readonly failedCalls: number;
  /** Events that the bus refuses, though it accepts the call. */
  readonly refusedEvents: number;
  /** Mean time between two changes of the table that nobody can read. */
  readonly unreadable: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NO_WORK: ServerWork = { perId: 0, perRow: 0 };

/** Late by hours, but by less than the time for which a change is repeated. */
const LATE: AnnouncingFaults = {
  lateShards: { every: HOUR, longest: 2 * HOUR },
  replacements: 2 * HOUR,
  throttledCalls: 0.05,
  deaths: 0.1,
  failedCalls: 0.1,
  refusedEvents: 0.02,
  unreadable: 30 * MINUTE,
};

/** Few faults: two ordinary weeks. */
export const FEW_FAULTS: FaultProfile = {
  name: 'few',
  shareOfMinutes: 1,
  ruleJitter: 30_000,
  duplicateStarts: 0.005,
  missedStarts: 0.001,
  clockSkew: 20,
  coldStarts: 0.002,
  throttledCalls: 0,
  deaths: 0,
  hangs: 0,
  tableFaults: 0,
  repeatedWrites: 0.0001,
  indexLag: { usual: 60, longest: 1_000, longLags: 0.001 },
  slowAnswers: 0.02,
  answer: [8, 120],
  slowAnswer: [1_000, 6_000],
  work: NO_WORK,
  slowTimes: { every: NEVER, length: 0, work: NO_WORK },
  requestFaults: 0.0002,
  outages: { every: NEVER, length: 0 },
  bursts: NEVER,
  pageCaps: { every: NEVER, caps: [1_000] },
  bulkListChanges: NEVER,
  v2Lasts: NEVER,
  urlIds: 500,
  maxBodyBytes: NEVER,
  serverSkew: 0,
  sqlEdits: 0,
  lateCommits: { share: 0, longest: 0 },
  announcing: {
    lateShards: { every: NEVER, longest: 0 },
    replacements: NEVER,
    throttledCalls: 0,
    deaths: 0,
    failedCalls: 0,
    refusedEvents: 0,
    unreadable: NEVER,
  },
  mishaps: undefined,
  comparesOwners: true,
  mistakenUsers: 0.01,
  backlog: 0,
  poisonousIds: 0,
  deletedRecords: 0.005,
  reusedIds: 0,
};

/** All kinds of faults, much more often than in reality. */
export const MANY_FAULTS: FaultProfile = {
  name: 'many',
  shareOfMinutes: 1,
  ruleJitter: 55_000,
  duplicateStarts: 0.05,
  missedStarts: 0.02,
  clockSkew: 200,
  coldStarts: 0.05,
  throttledCalls: 0.01,
  deaths: 0.03,
  hangs: 0.001,
  tableFaults: 0.003,
  repeatedWrites: 0.003,
  indexLag: { usual: 2_000, longest: 90_000, longLags: 0.02 },
  slowAnswers: 0.1,
  answer: [8, 900],
  slowAnswer: [1_000, 20_000],
  work: { perId: 0.05, perRow: 0.05 },
  slowTimes: { every: NEVER, length: 0, work: NO_WORK },
  requestFaults: 0.1,
  outages: { every: 5 * HOUR, length: 8 * MINUTE },
  bursts: 40 * MINUTE,
  pageCaps: { every: 3 * HOUR, caps: [1_000, 100, 25, 7] },
  bulkListChanges: 4 * HOUR,
  v2Lasts: NEVER,
  urlIds: 40,
  maxBodyBytes: NEVER,
  serverSkew: -4_000,
  sqlEdits: 0.005,
  lateCommits: { share: 0.03, longest: 60_000 },
  // A deployment repeats all of the stream, a day of it: more of them would take most of the run's time.
  announcing: { ...LATE, replacements: 12 * HOUR },
  mishaps: undefined,
  comparesOwners: true,
  mistakenUsers: 0.01,
  backlog: 0,
  poisonousIds: 0.01,
  deletedRecords: 0.03,
  reusedIds: 0.3,
};

/** What the profiles with a large backlog have in common: few faults beside the one of their own. */
const LARGE: Omit<FaultProfile, 'name' | 'backlog'> = {
  ...FEW_FAULTS,
  shareOfMinutes: 0.006,
  sqlEdits: 0.005,
  lateCommits: { share: 0.03, longest: 60_000 },
};

/** 200,000 pending payments, and a server that takes 0.4 ms for each id. */
export const MANY_PENDING: FaultProfile = {
  ...LARGE,
  name: 'many-pending',
  backlog: 200_000,
  work: { perId: 0.4, perRow: 0 },
  serverSkew: 5_000,
};

/** A server that takes 10 ms for each id: not even an audit's smallest usual request is answered in time. */
export const SLOW_IDS: FaultProfile = {
  ...LARGE,
  name: 'slow-ids',
  shareOfMinutes: 0.03,
  backlog: 2_000,
  work: { perId: 10, perRow: 0 },
  serverSkew: -300_000,
};

/** A server that takes 0.25 ms for each row of an answer: a sweep is quick, and an audit takes several ticks. */
export const SLOW_ROWS: FaultProfile = {
  ...LARGE,
  name: 'slow-rows',
  backlog: 21_000,
  work: { perId: 0, perRow: 0.25 },
  serverSkew: 90_000,
};

/** A server that is quick, and every half an hour as slow as that of {@link SLOW_IDS}. */
export const SLOW_AT_TIMES: FaultProfile = {
  ...LARGE,
  name: 'slow-at-times',
  shareOfMinutes: 0.03,
  backlog: 2_000,
  work: { perId: 0.05, perRow: 0.12 },
  slowTimes: { every: 30 * MINUTE, length: 10 * MINUTE, work: { perId: 10, perRow: 0.25 } },
};

/** A proxy that refuses requests whose body is larger than 64 KB. */
export const SMALL_BODIES: FaultProfile = {
  ...LARGE,
  name: 'small-bodies',
  backlog: 30_000,
  work: { perId: 0.05, perRow: 0.12 },
  maxBodyBytes: 64 * 1024,
};

/** A NocoDB that is upgraded after half an hour: API v2 is gone, and with it the bulk lists. */
export const V2_REMOVED: FaultProfile = {
  ...LARGE,
  name: 'v2-removed',
  shareOfMinutes: 0.03,
  backlog: 10_000,
  work: { perId: 0.05, perRow: 0.12 },
  v2Lasts: 30 * MINUTE,
};

/** What the profiles with a mishap have in common: each is over before the next begins. */
function badDays(kind: Mishap, others: Partial<FaultProfile> = {}): FaultProfile {
  const mishaps = { kind, every: 40 * MINUTE, length: 35 * MINUTE };
  return { ...FEW_FAULTS, name: kind, shareOfMinutes: 0.03, mishaps, ...others };
}

/** Several audits find none of the records. */
export const WRONG_TABLE = badDays('wrong-table');

/** A fifth of the rows is gone for longer than three audits take. */
export const LOST_ROWS = badDays('lost-rows', {
  mishaps: { kind: 'lost-rows', every: 40 * MINUTE, length: 50 * MINUTE },
  backlog: 500,
});

/** Without an owner field, so that nothing but the table protects the payments. */
export const OTHER_TABLE = badDays('other-table', { comparesOwners: false, mistakenUsers: 0 });

export const WRONG_ID_FIELD = badDays('wrong-id-field');

export const BROKEN_GATE = badDays('broken-gate', {
  mishaps: { kind: 'broken-gate', every: 20 * MINUTE, length: 0 },
});

/** Without new processes meanwhile: they have no token to go on with. */
export const SSM_AWAY = badDays('ssm-away', { coldStarts: 0 });

/** NocoDB's webhook reports payments, one call in 20 is lost, and a tick comes once an hour. */
export const WEBHOOK_FIRST: FaultProfile = {
  ...FEW_FAULTS,
  name: 'webhook-first',
  intervalSeconds: 3600,
  webhook: { lost: 0.05 },
};

/** Whoever announces is late, and fails at times. */
export const LATE_STREAMS: FaultProfile = {
  ...FEW_FAULTS,
  name: 'late-streams',
  shareOfMinutes: 0.03,
  announcing: LATE,
};

/** A paid payment is readable for half an hour instead of 30 days, and bots track it once more after that. */
export const EXPIRY: FaultProfile = {
  ...FEW_FAULTS,
  name: 'expiry',
  shareOfMinutes: 0.03,
  expiry: {
    paidDays: 1 / 48,
    deletion: 2 * HOUR,
    trackedAgain: { share: 0.4, after: [20 * MINUTE, 3 * HOUR] },
  },
};

/** The API calls of NocoDB Cloud's plan are used up in the evening of a month's last day. No other fault rings ActionNeeded. */
export const QUOTA: FaultProfile = {
  ...FEW_FAULTS,
  name: 'quota',
  shareOfMinutes: 0.03,
  quota: { begin: Date.UTC(2026, 0, 31, 20), left: 150 },
  requestFaults: 0,
};

/** All profiles, in the order in which they run. */
export const PROFILES: readonly FaultProfile[] = [
  FEW_FAULTS,
  MANY_FAULTS,
  MANY_PENDING,
  SLOW_IDS,
  SLOW_ROWS,
  SLOW_AT_TIMES,
  SMALL_BODIES,
  V2_REMOVED,
  WRONG_TABLE,
  LOST_ROWS,
  OTHER_TABLE,
  WRONG_ID_FIELD,
  BROKEN_GATE,
  SSM_AWAY,
  WEBHOOK_FIRST,
  LATE_STREAMS,
  EXPIRY,
  QUOTA,
];

/** The profile after the end of the faults, when everything that is due gets done. The server stays as slow as it was. */
export function withoutFaults(profile: FaultProfile): FaultProfile {
  const { name, shareOfMinutes, clockSkew, urlIds, work, maxBodyBytes, serverSkew, backlog } = profile;
  const { comparesOwners, mistakenUsers, webhook, expiry } = profile;
  return {
    ...FEW_FAULTS,
    name,
    shareOfMinutes,
    clockSkew,
    urlIds,
    work,
    maxBodyBytes,
    serverSkew,
    comparesOwners,
    mistakenUsers,
    backlog,
    ...(webhook && { webhook }),
    ...(expiry && { expiry }),
    missedStarts: 0,
    slowAnswers: 0,
    requestFaults: 0,
  };
}

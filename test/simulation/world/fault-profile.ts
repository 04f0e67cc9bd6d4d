/**
 * The faults that a simulation has, and how often. Times are milliseconds, probabilities are per event, and means are
 * those of exponential distributions.
 */
export interface FaultProfile {
  readonly name: 'few' | 'many';

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

  /** NocoDB's response takes `slowAnswer` instead of `answer`. */
  readonly slowAnswers: number;
  readonly answer: readonly [low: number, high: number];
  readonly slowAnswer: readonly [low: number, high: number];
  /** A single request fails. */
  readonly requestFaults: number;
  /** Mean time between outages, and their mean length. */
  readonly outages: { readonly every: number; readonly length: number };
  /** Mean time between bursts of other clients' requests, after which the server blocks the token. */
  readonly bursts: number;
  /** Mean time between changes of the server's page size, and the possible page sizes. */
  readonly pageCaps: { readonly every: number; readonly caps: readonly number[] };
  /** Mean time until the server gets or loses its bulk lists. */
  readonly bulkListChanges: number;
  /** Record ids that fit a URL. */
  readonly urlIds: number;

  /** Payments whose record id the server refuses; whose record is deleted; whose id then gets a record of another user. */
  readonly poisonousIds: number;
  readonly deletedRecords: number;
  readonly reusedIds: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Few faults: two ordinary weeks. */
export const FEW_FAULTS: FaultProfile = {
  name: 'few',
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
  requestFaults: 0.0002,
  outages: { every: NEVER, length: 0 },
  bursts: NEVER,
  pageCaps: { every: NEVER, caps: [1_000] },
  bulkListChanges: NEVER,
  urlIds: 500,
  poisonousIds: 0,
  deletedRecords: 0.005,
  reusedIds: 0,
};

/** All kinds of faults, much more often than in reality. */
export const MANY_FAULTS: FaultProfile = {
  name: 'many',
  ruleJitter: 55_000,
  duplicateStarts: 0.05,
  missedStarts: 0.02,
  clockSkew: 200,
  coldStarts: 0.05,
  throttledCalls: 0.01,
  deaths: 0.03,
  hangs: 0.005,
  tableFaults: 0.003,
  repeatedWrites: 0.003,
  indexLag: { usual: 2_000, longest: 90_000, longLags: 0.02 },
  slowAnswers: 0.1,
  answer: [8, 900],
  slowAnswer: [1_000, 20_000],
  requestFaults: 0.03,
  outages: { every: 5 * HOUR, length: 8 * MINUTE },
  bursts: 40 * MINUTE,
  pageCaps: { every: 3 * HOUR, caps: [1_000, 100, 25, 7] },
  bulkListChanges: 4 * HOUR,
  urlIds: 40,
  poisonousIds: 0.01,
  deletedRecords: 0.03,
  reusedIds: 0.3,
};

/** The profile after the end of the faults: everything that is due gets done. */
export function withoutFaults(profile: FaultProfile): FaultProfile {
  const { clockSkew, urlIds } = profile;
  return {
    ...FEW_FAULTS,
    name: profile.name,
    clockSkew,
    urlIds,
    missedStarts: 0,
    slowAnswers: 0,
    requestFaults: 0,
  };
}

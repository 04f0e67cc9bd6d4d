/** How the world treats the tracker. Times are milliseconds, probabilities are per event, means are of exponentials. */
export interface Weather {
  readonly name: 'fair' | 'bad';

  /** The rule fires up to so long after the minute. */
  readonly ruleJitter: number;
  readonly duplicateStarts: number;
  readonly missedStarts: number;

  /** A Lambda's clock is off by up to so much, either way. */
  readonly clockSkew: number;
  readonly coldStarts: number;
  /** A call of the tick function is refused with a throttle. */
  readonly throttledCalls: number;
  /** An invocation dies at one of its steps: before a request, or between a write and its answer. */
  readonly deaths: number;
  /** An invocation stops moving until its timeout ends it. */
  readonly hangs: number;

  /** An operation on the table fails after the SDK's retries; it may have been carried out all the same. */
  readonly tableFaults: number;
  /** The answer to a write is lost, and the SDK sends it again. */
  readonly repeatedWrites: number;
  /** How long the index may lag behind the table: as a rule, and now and then. */
  readonly indexLag: { readonly usual: number; readonly longest: number; readonly longLags: number };

  /** NocoDB takes `slowAnswer` instead of `answer`. */
  readonly slowAnswers: number;
  readonly answer: readonly [low: number, high: number];
  readonly slowAnswer: readonly [low: number, high: number];
  /** A single request fails. */
  readonly requestFaults: number;
  /** Mean time between outages, and their mean length. */
  readonly outages: { readonly every: number; readonly length: number };
  /** Mean time between bursts of others' requests that make the server block the token. */
  readonly bursts: number;
  /** Mean time between changes of how many records the server puts on a page, and what they may be. */
  readonly pageCaps: { readonly every: number; readonly caps: readonly number[] };
  /** Mean time between changes of whether the server has bulk lists. */
  readonly bulkListChanges: number;
  /** Record ids that fit a URL. */
  readonly urlIds: number;

  /** Payments whose record id the server refuses, is deleted, and whose id is then given to another user. */
  readonly poisonousIds: number;
  readonly deletedRecords: number;
  readonly reusedIds: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An ordinary fortnight. */
export const FAIR: Weather = {
  name: 'fair',
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

/** Everything at once, and much more often than anybody would bear. */
export const BAD: Weather = {
  name: 'bad',
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

/** Weather without accidents, in which everything that is due gets done. */
export function calmed(weather: Weather): Weather {
  const { clockSkew, urlIds } = weather;
  return {
    ...FAIR,
    name: weather.name,
    clockSkew,
    urlIds,
    missedStarts: 0,
    slowAnswers: 0,
    requestFaults: 0,
  };
}

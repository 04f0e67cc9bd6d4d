import type { FailedAttempt } from '../../../lambda/nocodb/retry.ts';
import {
  ConnectionFailedError,
  InvalidResponseError,
  ServerFaultError,
  TokenRejectedError,
  type TrackerErrorDetails,
} from '../../../lambda/tracker/errors.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { FaultProfile, Mishap } from './fault-profile.ts';
import { Quota } from './quota.ts';
import { RecordTable } from './record-table.ts';

/** NocoDB's rate limit: more requests in a second block the token (https://docs.nocodb.com, "Rate limits"). */
const REQUESTS_PER_SECOND = 5;
const BLOCK_MILLISECONDS = 30_000;

export const FAULT: TrackerErrorDetails = {
  operation: 'list records',
  target: 'simulated NocoDB',
  problem: 'a simulated fault',
  hint: 'Wait.',
};

/** Faults of an attempt; a request is repeated after the first three of them. */
const FAULTS: readonly (() => FailedAttempt)[] = [
  () => ({ error: new ServerFaultError(FAULT), repeat: 'later' }),
  () => ({ error: new ConnectionFailedError(FAULT), repeat: 'later' }),
  () => ({ error: new InvalidResponseError(FAULT), repeat: 'later' }),
  () => ({ error: new TokenRejectedError(FAULT), repeat: 'never' }),
];

/** A tick writes no later than this after an answer, milliseconds. */
const LONGEST_TICK = 20_000;

function isAmongLostRows(recordId: string): boolean {
  return Number(recordId) % 5 === 0;
}

/** A block of the token. */
interface Penalty {
  readonly end: number;
  /** A tick received a 429 for it. */
  isTold: boolean;
  /** The gate knows of it; a tick may die before that. */
  isNoted: boolean;
}

/** A NocoDB table, and the faults of its server. */
export class NocoDbServer {
  readonly records: RecordTable;
  /** Absent: the plan has no limit. */
  readonly quota: Quota | undefined;
  readonly poison = new Set<string>();
  pageCap = 1_000;
  hasBulkList = true;
  /** Whether it has API v2; it always has v3. */
  hasV2 = true;
  profile: FaultProfile;
  /** What people do wrong at this moment. */
  mishap: Mishap | undefined;
  /** Called when a `broken-gate` happens. */
  breakGate: () => void = () => {};
  /** Requests of the tracker that came although the gate knew of a penalty, and those after one that it never learned. */
  readonly inPenalties = { noted: 0, unnoted: 0 };
  requests = 0;
  /** The most requests of the tracker within a second, attempts that repeat one included. */
  mostInASecond = 0;
  readonly #time: VirtualTime;
  readonly #random: Random;
  #isOut = false;
  #isSlow = false;
  #arrivals: number[] = [];
  #hits: number[] = [];
  #penalty: Penalty = { end: 0, isTold: false, isNoted: false };
  #declaredUntil = 0;
  #rowsRestoredAt = 0;
  #faultsEnded = false;

  constructor(time: VirtualTime, random: Random, profile: FaultProfile) {
    this.#time = time;
    this.#random = random;
    this.profile = profile;
    this.quota = profile.quota && new Quota(profile.quota.left, time);
    this.records = new RecordTable(time, random, () => this.profile);
  }

  /** Lets outages, bursts and changes of the server come and go. */
  start(): void {
    const { outages, slowTimes, bursts, pageCaps, bulkListChanges, v2Lasts, mishaps } = this.profile;
    if (Number.isFinite(v2Lasts)) {
      this.#time.at(this.#time.now() + v2Lasts, () => {
        this.hasV2 = false;
      });
    }
    this.#repeat(mishaps?.every ?? Number.POSITIVE_INFINITY, async () => {
      this.mishap = mishaps?.kind;
      if (this.mishap === 'broken-gate') this.breakGate();
      await this.#time.sleep(mishaps?.length ?? 0);
      this.#endMishap();
    });
    this.#repeat(outages.every, async () => {
      this.#isOut = true;
      await this.#time.sleep(this.#random.exponential(outages.length));
      this.#isOut = false;
    });
    this.#repeat(slowTimes.every, async () => {
      this.#isSlow = true;
      await this.#time.sleep(this.#random.exponential(slowTimes.length));
      this.#isSlow = false;
    });
    this.#repeat(bursts, async () => {
      for (let request = 0; request <= REQUESTS_PER_SECOND; request += 1) this.#hit();
    });
    this.#repeat(pageCaps.every, async () => {
      this.pageCap = this.#random.pick(pageCaps.caps);
    });
    this.#repeat(bulkListChanges, async () => {
      this.hasBulkList = !this.hasBulkList;
    });
  }

  /** Ends all faults. @param profile without faults */
  endFaults(profile: FaultProfile): void {
    this.profile = profile;
    this.pageCap = 1_000;
    this.hasBulkList = true;
    this.#isOut = false;
    this.#isSlow = false;
    this.#endMishap();
    this.#faultsEnded = true;
  }

  #endMishap(): void {
    if (this.mishap === 'lost-rows') this.#rowsRestoredAt = this.#time.now();
    this.mishap = undefined;
  }

  /** Whether the table that is asked has this record; there may be others with its id. */
  has(recordId: string): boolean {
    if (this.mishap === 'wrong-table') return false;
    return this.records.rows.has(recordId) && !(this.mishap === 'lost-rows' && isAmongLostRows(recordId));
  }

  /** Whether a tick may have found that the record is gone: it is, or it was a moment ago. */
  mayBeMissing(recordId: string): boolean {
    if (!this.records.rows.has(recordId)) return true;
    const areLost = this.mishap === 'lost-rows' || this.#time.now() - this.#rowsRestoredAt < LONGEST_TICK;
    return areLost && isAmongLostRows(recordId);
  }

  /** The gate has noted that nothing may be sent before `until`. */
  penaltyNoted(until: number): void {
    this.#declaredUntil = until;
    this.#penalty.isNoted = this.#penalty.isTold;
  }

  /**
   * Takes a request of the tracker.
   *
   * @param senderNow the sender's clock
   * @returns how long the token is blocked, milliseconds; 0: it is not
   */
  take(senderNow: number): number {
    this.requests += 1;
    this.#arrivals = [...this.#arrivals.filter((at) => at > this.#time.now() - 1_000), this.#time.now()];
    this.mostInASecond = Math.max(this.mostInASecond, this.#arrivals.length);
    const isInTold = this.#time.now() < this.#penalty.end && this.#penalty.isTold;
    if ((isInTold && this.#penalty.isNoted) || senderNow < this.#declaredUntil) this.inPenalties.noted += 1;
    else if (isInTold) this.inPenalties.unnoted += 1;
    const left = this.#hit();
    this.#penalty.isTold ||= left > 0;
    return left;
  }

  /** A fault of this moment, if there is one. */
  fault(): FailedAttempt | undefined {
    if (!this.#isOut && !this.#random.chance(this.profile.requestFaults)) return undefined;
    return this.#random.pick(FAULTS)();
  }

  /** How long the server works on a request, milliseconds. */
  work({ ids, rows }: { readonly ids: number; readonly rows: number }): number {
    const { work, slowTimes } = this.profile;
    const { perId, perRow } = this.#isSlow ? slowTimes.work : work;
    return ids * perId + rows * perRow;
  }

  #hit(): number {
    const now = this.#time.now();
    if (now < this.#penalty.end) return this.#penalty.end - now;
    this.#hits = [...this.#hits.filter((at) => at > now - 1_000), now];
    if (this.#hits.length <= REQUESTS_PER_SECOND) return 0;
    this.#penalty = { end: now + BLOCK_MILLISECONDS, isTold: false, isNoted: false };
    return BLOCK_MILLISECONDS;
  }

  #repeat(every: number, happen: () => unknown): void {
    this.#time.repeat({ random: this.#random, every, isOver: () => this.#faultsEnded }, happen);
  }
}

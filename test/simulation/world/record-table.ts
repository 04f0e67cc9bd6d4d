import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { FaultProfile } from './fault-profile.ts';

/** A record. Its times are whole seconds of the server's clock, in epoch milliseconds. */
interface Row {
  paid: boolean;
  readonly owner: string;
  readonly createdAt: number;
  /** Absent: it was never edited, or only by SQL. */
  updatedAt?: number;
}

/** A record's insertion, or an edit that moved its time of change. */
interface RowChange {
  readonly recordId: string;
  /** When others could see it, by the server's clock. Its time of change may be earlier. */
  readonly visibleAt: number;
}

/** The records of the NocoDB table, and when they were changed by the clock of the server. */
export class RecordTable {
  readonly #rows = new Map<string, Row>();
  /** In the order in which they became visible. */
  readonly #changes: RowChange[] = [];
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #profile: () => FaultProfile;
  #nextId = 1;

  constructor(time: VirtualTime, random: Random, profile: () => FaultProfile) {
    this.#time = time;
    this.#random = random;
    this.#profile = profile;
  }

  /** The time that the server's clock shows: whole seconds, in epoch milliseconds. */
  get clock(): number {
    return wholeSeconds(this.#time.now() + this.#profile().serverSkew);
  }

  get rows(): ReadonlyMap<string, Readonly<Row>> {
    return this.#rows;
  }

  /** @returns the new record's id */
  insert(owner: string): string {
    const recordId = String(this.#nextId++);
    this.insertAs(recordId, owner);
    return recordId;
  }

  /** Inserts a record with an id that was deleted, as SQLite does. */
  insertAs(recordId: string, owner: string): void {
    this.#rows.set(recordId, { paid: false, owner, createdAt: this.clock });
    this.#noteChange(recordId);
  }

  /** Called when somebody has ticked a record in NocoDB. */
  onPaid: (recordId: string, owner: string) => void = () => {};

  /** Somebody ticks the record as paid: in NocoDB, or by SQL. The edit is visible now. */
  pay(recordId: string): void {
    const row = this.#rows.get(recordId);
    if (!row) throw new Error(`Record ${recordId} is gone, and cannot be paid.`);
    const { sqlEdits, lateCommits } = this.#profile();
    row.paid = true;
    if (this.#random.chance(sqlEdits)) return;
    const late = this.#random.chance(lateCommits.share) ? this.#random.between(0, lateCommits.longest) : 0;
    row.updatedAt = wholeSeconds(this.clock - late);
    this.#noteChange(recordId);
    this.onPaid(recordId, row.owner);
  }

  delete(recordId: string): void {
    this.#rows.delete(recordId);
  }

  /** The paid records that were changed or created since a moment of the server's clock, in any order. */
  changedSince(since: number): string[] {
    const found = new Set<string>();
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const { recordId, visibleAt } = this.#changes[index] as RowChange;
      // No time of change is later than the moment at which it became visible.
      if (visibleAt < since) break;
      const row = this.#rows.get(recordId);
      if (row?.paid && (row.createdAt >= since || (row.updatedAt ?? 0) >= since)) found.add(recordId);
    }
    return [...found];
  }

  #noteChange(recordId: string): void {
    this.#changes.push({ recordId, visibleAt: this.clock });
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

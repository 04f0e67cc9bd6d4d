import { CONTROL_KEY, RECORD_PREFIX, userIdOf } from '../../../lambda/table/layout.ts';
import type { ErrorKind } from '../../../lambda/tracker/errors.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import type { PaymentKey } from '../../../lambda/tracker/payment.ts';
import type { Change } from '../dynamo/simulated-table.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { NocoDbServer } from './nocodb-server.ts';

const HOUR = 3_600_000;

/** What really happened to a payment. Moments are those of the simulation's own clock. */
interface Entry {
  trackedAt: number;
  /** When its record was ticked as paid in NocoDB. */
  paidAt?: number;
  isUntracked: boolean;
  /** How often it has to be confirmed: once, and again each time that it is tracked after it expired. */
  due: number;
  confirmations: number;
  /** How often a tick told that it is confirmed. */
  told: number;
}

/** How a tick ended. */
export interface TickEnd {
  readonly outcome: keyof Ledger['outcomes'];
  /** The kind of the error; absent: it did not fail. */
  readonly kind?: ErrorKind;
  /** A fault of the profile met it. */
  readonly hasMetFault: boolean;
}

/** What really happened to payments and ticks, and how the tracker's results compare with it. */
export class Ledger {
  readonly delays: number[] = [];
  readonly gaps: number[] = [];
  /** Longest time from the return of the quota to a confirmation that waited for it. Those are not among the delays. */
  longestAfterQuota = 0;
  /**
   * The most ticks in a row that failed with one kind of error. A tick that a fault of the profile met is left out: it
   * neither counts nor ends the row. Skipped ticks and those that died are left out, too.
   */
  mostFailuresInRow = 0;
  overlaps = 0;
  invented = 0;
  givenUpWrongly = 0;
  readonly outcomes = { done: 0, failed: 0, skipped: 0, died: 0 };
  /** Faults that the tracker saw. */
  readonly seen = {
    rateLimits: 0,
    cutPages: 0,
    missing: 0,
    invalid: 0,
    revived: 0,
    held: 0,
    passedOver: 0,
    ownerMismatches: 0,
    audits: 0,
    silentWebhooks: 0,
  };
  readonly #time: VirtualTime;
  readonly #server: NocoDbServer;
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Set<string>();
  #failures: { readonly kind: ErrorKind | undefined; readonly count: number } = { kind: undefined, count: 0 };
  #pending = 0;
  #pendingSince = Number.POSITIVE_INFINITY;
  #lastTickAt: number | undefined;

  constructor(time: VirtualTime, server: NocoDbServer) {
    this.#time = time;
    this.#server = server;
  }

  tracked(payment: PaymentKey): void {
    const entry = { isUntracked: false, due: 1, confirmations: 0, told: 0 };
    this.#entries.set(nameOf(payment), { ...entry, trackedAt: this.#time.now() });
  }

  /** A paid payment is tracked anew after it expired. */
  trackedAgain(payment: PaymentKey): void {
    const entry = this.#entry(payment);
    entry.trackedAt = this.#time.now();
    entry.due += 1;
  }

  untracked(payment: PaymentKey): void {
    this.#entry(payment).isUntracked = true;
  }

  paid(payment: PaymentKey): void {
    this.#entry(payment).paidAt = this.#time.now();
  }

  observe(event: TrackerEvent): void {
    if (event.type === 'payment.confirmed') this.#entry(event.payment).told += 1;
    if (event.type === 'nocodb.response' && event.outcome === 'rateLimited') this.seen.rateLimits += 1;
    if (event.type === 'payment.revived') this.seen.revived += 1;
    if (event.type === 'gate.passedOver') this.seen.passedOver += 1;
    if (event.type !== 'tick.finished' && event.type !== 'tick.failed') return;
    this.seen.cutPages += event.cutPages;
    this.seen.missing += event.missing;
    this.seen.invalid += event.invalid;
    this.seen.held = Math.max(this.seen.held, event.held);
    this.seen.ownerMismatches += event.ownerMismatches;
    this.seen.audits += Number(event.audit);
    this.seen.silentWebhooks += Number(event.type === 'tick.failed' && event.kind === 'WebhookSilent');
  }

  /** Judges a change of the table. */
  follow({ before, after }: Change): void {
    if ((after ?? before)?.pk === CONTROL_KEY.pk) {
      if (after?.owner !== undefined && after.owner !== before?.owner)
        this.#gatePassed(after.owner as string);
      const blockedUntil = Number(after?.blockedUntil ?? 0);
      // A hand may have written anything.
      if (blockedUntil !== Number(before?.blockedUntil ?? 0) && blockedUntil < this.#time.now() + 2 * HOUR)
        this.#server.penaltyNoted(blockedUntil);
      return;
    }
    this.#countPending(Number(after?.status === 'pending') - Number(before?.status === 'pending'));
    if (after === undefined || (after.status === before?.status && after.paidAt === before?.paidAt)) return;
    const recordId = String(after.sk).slice(RECORD_PREFIX.length);
    if (after.status === 'paid') this.#confirmed({ userId: userIdOf(String(after.pk)), recordId });
    if (after.status === 'missing' && !this.#server.mayBeMissing(recordId)) this.givenUpWrongly += 1;
    if (after.status === 'invalid' && !this.#server.poison.has(recordId)) this.givenUpWrongly += 1;
  }

  /** A tick has ended, in any way. */
  ended(owner: string, { outcome, kind, hasMetFault }: TickEnd): void {
    this.#active.delete(owner);
    this.outcomes[outcome] += 1;
    if (outcome === 'done') this.#failures = { kind: undefined, count: 0 };
    if (outcome !== 'failed' || hasMetFault) return;
    this.#failures = { kind, count: kind === this.#failures.kind ? this.#failures.count + 1 : 1 };
    this.mostFailuresInRow = Math.max(this.mostFailuresInRow, this.#failures.count);
  }

  get payments(): number {
    return this.#entries.size;
  }

  get confirmed(): number {
    return this.#count(({ confirmations }) => confirmations > 0);
  }

  /** Confirmed more than once, because they had expired in between. */
  get confirmedAgain(): number {
    return this.#count(({ due, confirmations }) => confirmations > 1 && confirmations <= due);
  }

  /**
   * Paid and still tracked, but not confirmed as often as they have to be. Ask for it at the end, when all of them had time
   * to be confirmed.
   */
  get lost(): number {
    return this.#count(({ paidAt, isUntracked, due, confirmations }) => {
      return paidAt !== undefined && !isUntracked && confirmations < due;
    });
  }

  /** Confirmed, or told as confirmed by a tick, more often than they have to be. */
  get doubled(): number {
    return this.#count(({ due, confirmations, told }) => Math.max(confirmations, told) > due);
  }

  #gatePassed(owner: string): void {
    const now = this.#time.now();
    if (this.#active.size > 0) this.overlaps += 1;
    this.#active.add(owner);
    // A gap counts while somebody waits: with nothing pending, the loop rests by intention.
    const somebodyWaited = this.#pending > 0 && this.#pendingSince <= (this.#lastTickAt ?? now);
    if (this.#lastTickAt !== undefined && somebodyWaited) this.gaps.push(now - this.#lastTickAt);
    this.#lastTickAt = now;
  }

  #confirmed(payment: PaymentKey): void {
    const row = this.#server.records.rows.get(payment.recordId);
    const entry = this.#entries.get(nameOf(payment));
    if (!entry || entry.isUntracked || !row?.paid || row.owner !== payment.userId) {
      this.invented += 1;
      return;
    }
    entry.confirmations += 1;
    if (entry.confirmations > entry.due) return;
    const due = Math.max(entry.trackedAt, entry.paidAt ?? 0);
    const afterQuota = this.#server.quota?.waitAfterReturn(due);
    if (afterQuota === undefined) this.delays.push(this.#time.now() - due);
    else this.longestAfterQuota = Math.max(this.longestAfterQuota, afterQuota);
  }

  #countPending(change: number): void {
    if (this.#pending === 0 && change > 0) this.#pendingSince = this.#time.now();
    this.#pending += change;
  }

  #count(matches: (entry: Entry) => boolean): number {
    return [...this.#entries.values()].filter(matches).length;
  }

  #entry(payment: PaymentKey): Entry {
    const entry = this.#entries.get(nameOf(payment));
    if (!entry) throw new Error(`Nobody ever tracked the payment ${nameOf(payment)}.`);
    return entry;
  }
}

function nameOf({ userId, recordId }: PaymentKey): string {
  return `${userId} ${recordId}`;
}

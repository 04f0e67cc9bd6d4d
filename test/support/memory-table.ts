import {
  type ControlState,
  type Gate,
  type GateAnswer,
  NO_COUNTERS,
  type TickReport,
} from '../../lambda/tracker/control-state.ts';
import type { PaymentKey, PaymentStatus } from '../../lambda/tracker/payment.ts';
import type { PendingPayments } from '../../lambda/tracker/pending-payments.ts';

interface Item extends PaymentKey {
  status: PaymentStatus;
  paidAt?: number;
  reason?: string;
  misses: number;
  lastMissedAudit?: number;
}

/** The payments table in memory, with the conditions that the real one's writes carry. */
export class MemoryTable implements Gate, PendingPayments {
  readonly items = new Map<string, Item>();
  control: ControlState = { emptyTicks: 0, counters: NO_COUNTERS };
  owner: string | undefined;
  nextAllowedAt = Number.NEGATIVE_INFINITY;
  lastError: TickReport['error'];
  writes = 0;

  track(userId: string, recordId: string): void {
    const key = `${userId}#${recordId}`;
    if (this.items.get(key)?.status === 'paid') return;
    this.items.set(key, { userId, recordId, status: 'pending', misses: 0 });
  }

  status(userId: string, recordId: string): PaymentStatus | undefined {
    return this.items.get(`${userId}#${recordId}`)?.status;
  }

  async acquire({ owner, now, lease }: { owner: string; now: number; lease: number }): Promise<GateAnswer> {
    const blockedUntil = this.control.blockedUntil ?? 0;
    const { lastSuccessAt } = this.control;
    const known = lastSuccessAt === undefined ? {} : { lastSuccessAt };
    if (blockedUntil > now) return { granted: false, reason: 'blocked', until: blockedUntil, ...known };
    if (this.nextAllowedAt > now)
      return { granted: false, reason: 'held', until: this.nextAllowedAt, ...known };
    this.owner = owner;
    this.nextAllowedAt = now + lease;
    this.writes += 1;
    return { granted: true, control: this.control };
  }

  async finish(report: TickReport): Promise<boolean> {
    if (this.owner !== report.owner) return false;
    this.writes += 1;
    this.owner = undefined;
    this.nextAllowedAt = report.nextAllowedAt;
    this.lastError = report.error;
    const { blockedUntil, lastSuccessAt, emptyTicks, counters } = this.control;
    const source = report.source ?? this.control.source;
    const added = Object.entries(report.counters).map(([name, count]) => [
      name,
      counters[name as 'updates'] + count,
    ]);
    this.control = {
      ...(blockedUntil !== undefined && { blockedUntil }),
      ...((report.lastSuccessAt ?? lastSuccessAt) !== undefined && {
        lastSuccessAt: report.lastSuccessAt ?? (lastSuccessAt as number),
      }),
      ...(report.cursor && { cursor: report.cursor }),
      ...(report.round && { round: report.round }),
      ...(report.bulkList && { bulkList: report.bulkList }),
      ...(report.audit && { audit: report.audit }),
      ...(source !== undefined && { source }),
      emptyTicks: report.empty ? emptyTicks + 1 : 0,
      counters: Object.fromEntries(added) as unknown as ControlState['counters'],
    };
    return true;
  }

  async block(until: number): Promise<void> {
    this.writes += 1;
    this.control = { ...this.control, blockedUntil: Math.max(until, this.control.blockedUntil ?? 0) };
  }

  async list(): Promise<PaymentKey[]> {
    return [...this.items.values()]
      .filter(({ status }) => status === 'pending')
      .map(({ userId, recordId }) => ({ userId, recordId }))
      .sort((a, b) => (a.recordId < b.recordId ? -1 : Number(a.recordId > b.recordId)));
  }

  async confirm(payment: PaymentKey, paidAt: number): Promise<boolean> {
    return this.#leavePending(payment, { status: 'paid', paidAt });
  }

  async noteMiss(payment: PaymentKey, audit: number): Promise<number> {
    const item = this.#pending(payment);
    if (!item) return 0;
    if (item.lastMissedAudit !== audit) {
      item.misses = item.lastMissedAudit === audit - 1 ? item.misses + 1 : 1;
      item.lastMissedAudit = audit;
      this.writes += 1;
    }
    return item.misses;
  }

  async markMissing(payment: PaymentKey): Promise<boolean> {
    return this.#leavePending(payment, { status: 'missing' });
  }

  async markInvalid(payment: PaymentKey, reason: string): Promise<boolean> {
    return this.#leavePending(payment, { status: 'invalid', reason });
  }

  #pending({ userId, recordId }: PaymentKey): Item | undefined {
    const item = this.items.get(`${userId}#${recordId}`);
    return item?.status === 'pending' ? item : undefined;
  }

  #leavePending(payment: PaymentKey, change: Partial<Item>): boolean {
    const item = this.#pending(payment);
    if (!item) return false;
    Object.assign(item, change);
    this.writes += 1;
    return true;
  }
}

import type { PaymentKey, PaymentStatus } from '../../../lambda/tracker/payment.ts';

const DAY = 86_400_000;

interface ModelPayment extends PaymentKey {
  status: PaymentStatus;
  trackedAt: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  misses: number;
  lastMissedAudit: number | undefined;
}

/** What the table promises about payments, in the simplest words: one that expired is only still in the way of nobody. */
export class PaymentModel {
  readonly #payments = new Map<string, ModelPayment>();

  track(key: PaymentKey, now: number) {
    const seen = this.#visible(key, now);
    if (seen?.status === 'paid') return { status: 'paid', created: false };
    const expiresAt = wholeSecond(now + 90 * DAY);
    this.#payments.set(nameOf(key), {
      ...key,
      status: 'pending',
      trackedAt: now,
      expiresAt,
      misses: 0,
      lastMissedAudit: undefined,
    });
    return { status: 'pending', created: seen === undefined };
  }

  untrack(key: PaymentKey, now: number) {
    const seen = this.#visible(key, now);
    if (seen?.status === 'paid') return { removed: false, status: 'paid' };
    this.#payments.delete(nameOf(key));
    return { removed: seen !== undefined, status: 'untracked' };
  }

  confirm(key: PaymentKey, now: number): boolean {
    const payment = this.#waiting(key);
    if (payment === undefined) return false;
    payment.status = 'paid';
    payment.expiresAt = wholeSecond(now + 30 * DAY);
    return true;
  }

  noteMiss(key: PaymentKey, audit: number): number {
    const payment = this.#waiting(key);
    if (payment === undefined) return 0;
    if (payment.lastMissedAudit === audit) return payment.misses;
    payment.misses = payment.lastMissedAudit === audit - 1 ? payment.misses + 1 : 1;
    payment.lastMissedAudit = audit;
    return payment.misses;
  }

  end(key: PaymentKey, status: 'missing' | 'invalid'): boolean {
    const payment = this.#waiting(key);
    if (payment === undefined) return false;
    payment.status = status;
    return true;
  }

  revive(key: PaymentKey): boolean {
    const payment = this.#payments.get(nameOf(key));
    if (payment?.status !== 'missing' && payment?.status !== 'invalid') return false;
    Object.assign(payment, { status: 'pending', misses: 0, lastMissedAudit: undefined });
    return true;
  }

  latest(userId: string, now: number) {
    const [latest] = [...this.#payments.values()]
      .filter((payment) => payment.userId === userId && payment.expiresAt > now)
      .sort((a, b) => b.trackedAt - a.trackedAt);
    return latest && { recordId: latest.recordId, status: latest.status };
  }

  pending(): PaymentKey[] {
    return [...this.#payments.values()]
      .filter(({ status }) => status === 'pending')
      .map(({ userId, recordId }) => ({ userId, recordId }))
      .sort((a, b) => (`${a.recordId} ${a.userId}` < `${b.recordId} ${b.userId}` ? -1 : 1));
  }

  #visible(key: PaymentKey, now: number): ModelPayment | undefined {
    const payment = this.#payments.get(nameOf(key));
    return payment !== undefined && payment.expiresAt > now ? payment : undefined;
  }

  #waiting(key: PaymentKey): ModelPayment | undefined {
    const payment = this.#payments.get(nameOf(key));
    return payment?.status === 'pending' ? payment : undefined;
  }
}

function nameOf({ userId, recordId }: PaymentKey): string {
  return `${userId} ${recordId}`;
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

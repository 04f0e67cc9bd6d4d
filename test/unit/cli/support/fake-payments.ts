import type { Payments } from '../../../../infra/cli/commands/context.ts';
import type { StatusResult } from '../../../../lambda/client/index.ts';
import { type TrackedPayment, type TrackerStats, TrackManyError } from '../../../../lambda/client/index.ts';

/** A tracker that has just ticked, with nothing in it. */
export const QUIET_STATS: TrackerStats = {
  trackedUsers: 0,
  pending: 0,
  held: 0,
  missing: 0,
  invalid: 0,
  updateIntervalSeconds: 20,
  totalUpdates: 1,
  failures: 0,
  lastUpdate: { at: '2026-01-01T00:00:00.000Z', ago: '0s ago', ageSeconds: 0 },
  lastSweep: { at: '2026-01-01T00:00:00.000Z', ago: '0s ago', ageSeconds: 0 },
  usersUpdated: 0,
  paymentsConfirmed: 0,
  requests: { total: 1, ok: 1, failed: 0, rateLimited: 0 },
  blockedUntil: null,
  lastError: null,
  resting: false,
};

/** The client with a table in memory. */
export class FakePayments implements Payments {
  /** `user#record` of what is tracked, with its state. */
  readonly states = new Map<string, 'pending' | 'paid'>();
  /** Sizes of the lists given to `trackMany`. */
  readonly lists: number[] = [];
  /** Each call takes one; an error is thrown. The last one stays. */
  stats: (TrackerStats | Error)[] = [QUIET_STATS];
  /** Record ids that cannot be written. */
  readonly unwritable = new Set<string>();

  async track(userId: number | string, recordId: number | string) {
    const key = `${userId}#${recordId}`;
    const known = this.states.get(key);
    if (known === 'paid') return { status: 'paid', created: false } as const;
    this.states.set(key, 'pending');
    return { status: 'pending', created: known === undefined } as const;
  }

  async trackMany(list: readonly { userId: number | string; recordId: number | string }[]) {
    this.lists.push(list.length);
    const tracked: TrackedPayment[] = [];
    const failed = [];
    for (const [index, { userId, recordId }] of list.entries()) {
      const payment = { userId: String(userId), recordId: String(recordId) };
      if (this.unwritable.has(payment.recordId)) {
        failed.push({ ...payment, index, error: new Error(`no room for ${recordId}`) });
      } else tracked.push({ ...payment, ...(await this.track(userId, recordId)) });
    }
    if (failed.length > 0) throw new TrackManyError(failed, tracked);
    return tracked;
  }

  async untrack(userId: number | string, recordId?: number | string) {
    const key = `${userId}#${recordId}`;
    if (this.states.get(key) === 'paid') return { removed: false, status: 'paid' } as const;
    return { removed: this.states.delete(key), status: 'untracked' } as const;
  }

  async status(userId: number | string, recordId?: number | string): Promise<StatusResult> {
    const state = this.states.get(`${userId}#${recordId}`) ?? 'untracked';
    return {
      state,
      ...(recordId !== undefined && { recordId: String(recordId) }),
      ...(state === 'pending' && { trackedAt: new Date('2026-01-01T00:00:00Z') }),
      ...(state === 'paid' && { paidAt: new Date('2026-01-01T00:00:00Z') }),
      dataAgeSeconds: 12,
    };
  }

  async getStats(): Promise<TrackerStats> {
    const [next] = this.stats.length > 1 ? this.stats.splice(0, 1) : this.stats;
    if (next instanceof Error || next === undefined) throw next;
    return next;
  }
}

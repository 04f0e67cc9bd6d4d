import type { ControlState } from './control-state.ts';
import type { ErrorKind } from './errors.ts';
import type { Payment, PaymentKey } from './payment.ts';

/** What became of a wish to track a payment. */
export interface TrackResult {
  /** `paid` when it has been paid already: it is not reset. */
  readonly status: 'pending' | 'paid';
  /** Whether it was not known before; false for one that was renewed, and for a paid one. */
  readonly created: boolean;
}

/** What became of a wish to stop tracking a payment. */
export interface UntrackResult {
  /** Whether there was one, and it is gone now. */
  readonly removed: boolean;
  /** `paid` when it had been paid: it stays readable until it expires. */
  readonly status: 'untracked' | 'paid';
}

/** The control item as readers see it: what ticks remember, and what the last of them reported. */
export interface Control extends ControlState {
  /** When a tick last ended, whether it succeeded or not; epoch milliseconds. */
  readonly lastTickAt?: number;
  readonly intervalSeconds?: number;
  /** Payments pending after the last tick. */
  readonly pending?: number;
  /** Distinct users that the last tick got an answer for. */
  readonly usersUpdated?: number;
  /** What the last tick failed with; absent after a success. `at`: epoch milliseconds. */
  readonly lastError?: { readonly kind: ErrorKind; readonly message: string; readonly at: number };
}

/** Port: the payments as bots see them. What has expired does not exist. Times are epoch milliseconds. */
export interface PaymentStore {
  /** Creates a pending payment or renews one that is not paid. */
  track(payment: PaymentKey, now: number): Promise<TrackResult>;

  /** Removes a payment that is not paid. */
  untrack(payment: PaymentKey, now: number): Promise<UntrackResult>;

  /** One eventually consistent read. */
  find(payment: PaymentKey, now: number): Promise<Payment | undefined>;

  /**
   * The user's latest tracked payment; of two tracked in the same millisecond the one with the higher record id.
   *
   * @param consistency `strong` sees a payment tracked just before
   */
  latest(userId: string, now: number, consistency: 'eventual' | 'strong'): Promise<Payment | undefined>;

  /** All pending payments. */
  pending(): Promise<readonly PaymentKey[]>;

  /** What the ticks remember and count. */
  control(): Promise<Control>;
}

import type { ControlState } from './control-state.ts';
import type { ErrorKind } from './errors.ts';
import type { Payment, PaymentKey } from './payment.ts';

/** The result of `track()`. */
export interface TrackResult {
  /** `paid` if the payment is already paid. It is not reset. */
  readonly status: 'pending' | 'paid';
  /** Whether the payment is new. False if it was renewed, or is already paid. */
  readonly created: boolean;
}

/** The result of `untrack()`. */
export interface UntrackResult {
  /** Whether a payment was removed. */
  readonly removed: boolean;
  /** `paid` if the payment is paid. It stays readable until it expires. */
  readonly status: 'untracked' | 'paid';
}

/** The control item for readers: what ticks remember, and what the last one reported. */
export interface Control extends ControlState {
  readonly intervalSeconds?: number;
  /** Payments pending after the last tick. */
  readonly pending?: number;
  /** Distinct users whose payments had an answer in the last tick. */
  readonly usersUpdated?: number;
  /** The error of the last tick; absent after a success. `at`: epoch milliseconds. */
  readonly lastError?: { readonly kind: ErrorKind; readonly message: string; readonly at: number };
}

/** Port: the payments for bots. Expired payments do not exist. Times are epoch milliseconds. */
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

  /** All payments that are given up for a reason. */
  givenUp(reason: 'missing' | 'invalid'): Promise<readonly PaymentKey[]>;

  /** Reads the control item. */
  control(): Promise<Control>;
}

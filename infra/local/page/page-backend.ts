import type { PastTick } from '../log/tick-history.ts';

/** Port: where the page gets its data from. */
export interface PaymentPageBackend {
  view(query: PageQuery): Promise<PageView>;
  /** Ticks or unticks the `Paid` box in NocoDB. @returns false if there is no such record */
  setPaid(recordId: string, paid: boolean): Promise<boolean>;
  /** Tracks the payment of a record, as a bot does. @returns false if there is no such record */
  track(recordId: string): Promise<boolean>;
  /** Lets a bot create a payment for a new customer. @returns the record id of the new payment */
  create(): Promise<string>;
}

/** Which payments the page shows. */
export interface PageQuery {
  /** Part of a record id, a user id or a title; empty for all payments. */
  readonly search: string;
  /** Number of the page, from 1. The last page is shown for a larger number. */
  readonly page: number;
}

/** What the page shows. */
export interface PageView {
  readonly intervalSeconds: number;
  /** Whether NocoDB's webhook reports paid records. */
  readonly webhook: boolean;
  /** The payments of this page, the oldest first. */
  readonly payments: readonly PaymentRow[];
  /** Number of the payments that match the search. */
  readonly found: number;
  /** Number of all payments. */
  readonly total: number;
  /** Which of the payments found is the first on this page, from 1. */
  readonly first: number;
  readonly page: number;
  readonly pages: number;
  /** Seconds since the last successful request to NocoDB; `null` before the first one. */
  readonly dataAgeSeconds: number | null;
  /** Whether the tracker rests, because nothing is pending. */
  readonly resting: boolean;
  /** The last ticks, the oldest first. */
  readonly ticks: readonly PastTick[];
  /** Users with a pending payment. */
  readonly waitingUsers: number;
  readonly requestsPerMinute: {
    /** Measured; `null` before the first tick. */
    readonly tracker: number | null;
    /** If each waiting user polled NocoDB at the interval of the tracker. */
    readonly polling: number;
  };
}

/** A payment as the page shows it: what NocoDB says, and what a bot sees. */
export interface PaymentRow {
  readonly recordId: string;
  readonly userId: string;
  readonly title: string;
  /** The `Paid` box in the NocoDB table. */
  readonly paidInNocoDb: boolean;
  /** The result of `isPaid(userId, recordId)`. */
  readonly isPaid: boolean;
  /** `status(userId, recordId).state`; `untracked` if the table does not have the payment. */
  readonly state: string;
  /** When the tracker confirmed the payment, epoch milliseconds. */
  readonly paidAt?: number;
}

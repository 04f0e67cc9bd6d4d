/** A payment as the page shows it: what NocoDB says beside what a bot is told. */
export interface PaymentRow {
  readonly recordId: string;
  readonly userId: string;
  readonly title: string;
  /** The box in the NocoDB table. */
  readonly paidInNocoDb: boolean;
  /** What `isPaid(userId, recordId)` says. */
  readonly isPaid: boolean;
  /** `status(userId, recordId).state`; `untracked` when the table does not know the payment. */
  readonly state: string;
  /** When the tracker learned it, epoch milliseconds. */
  readonly paidAt?: number;
  /** Seconds since NocoDB was last asked successfully; `null` before the first time. */
  readonly dataAgeSeconds: number | null;
}

/** Port: what the page is made of. */
export interface PaymentDesk {
  /** Every payment, the oldest first. */
  list(): Promise<readonly PaymentRow[]>;
  /** Ticks or unticks the `Paid` box in NocoDB. @returns false when there is no such record */
  setPaid(recordId: string, paid: boolean): Promise<boolean>;
  /** Has a bot create a payment for a new customer. @returns the new payment's record id */
  create(): Promise<string>;
}

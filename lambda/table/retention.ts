/** How long payments are kept. DynamoDB deletes them afterwards by itself; fractions of a day are allowed. */
export interface Retention {
  /**
   * Days that a payment may be pending, counted from the last `track`. It expires afterwards.
   *
   * @default 90
   */
  readonly pendingDays?: number;
  /**
   * Days that a paid payment stays readable, from when it was confirmed.
   *
   * @default 30
   */
  readonly paidDays?: number;
}

/** The defaults of {@link Retention}. */
export const DEFAULT_RETENTION = { pendingDays: 90, paidDays: 30 } as const;

/**
 * When something expires, in DynamoDB's TTL unit.
 *
 * @param from epoch milliseconds
 * @returns epoch seconds
 */
export function expiresAfter(from: number, days: number): number {
  return Math.floor(from / 1000 + days * 86_400);
}

/** Whether something past its `expiresAt` (epoch seconds) no longer exists for readers at `now` (epoch milliseconds). */
export function isExpired({ expiresAt }: { readonly expiresAt: number }, now: number): boolean {
  return expiresAt <= toSeconds(now);
}

/** Epoch milliseconds to the whole epoch seconds that `expiresAt` is compared with. */
export function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

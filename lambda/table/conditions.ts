import type { TimeSpan } from '../tracker/pending-payments.ts';

/**
 * The conditions under which the table is written. Every rule about money is one of these: they are evaluated by
 * DynamoDB together with the write, so that no order of events and no crash can break them.
 */

/** The payment still waits. A second confirmation fails here, and so does one of an untracked payment. */
export const IS_PENDING = '#status = :pending';

/**
 * No paid payment that a reader can see is touched: neither reset by tracking it again, nor removed by untracking it.
 * One past its expiry is gone for readers, though DynamoDB may take days to delete it.
 */
export const IS_NOT_PAID = '(attribute_not_exists(#status) OR #status <> :paid OR #expiresAt <= :nowSeconds)';

/** The payment is in one of the partitions that ticks read only once an hour. */
export const IS_GIVEN_UP = '(#shard = :missing OR #shard = :invalid)';

/** The payment keeps its partition when it is tracked again, because every sweep reads it. */
export const IS_NOT_GIVEN_UP = `NOT ${IS_GIVEN_UP}`;

/**
 * The payment was tracked while the tracker watched the table that confirms it now. Another table may have a record with
 * the same id.
 *
 * @param spans at least one
 */
export function wasTrackedIn(spans: readonly TimeSpan[]): string {
  const times = spans.map(({ until }, index) => {
    const begin = `#trackedAt >= :from${index}`;
    return until === undefined ? begin : `${begin} AND #trackedAt < :until${index}`;
  });
  return `(${times.join(' OR ')})`;
}

/** The payment is among the newcomers: it is moved to its own partition once. */
export const IS_NEW = '#shard = :new';

/** The audit before this one missed the record as well: misses in a row go on. */
export const MISSED_IN_PREVIOUS_AUDIT = '#lastMissedAudit = :previousAudit';

/**
 * Nobody holds the gate, and its slot is not used up. A crashed holder's lease ends by itself. No tick holds the gate for
 * longer than `:longestHold`: a value beyond it was written by hand or with a wrong clock, and nobody waits for it.
 */
export const GATE_IS_OPEN = 'NOT (#nextAllowedAt > :now AND #nextAllowedAt <= :longestHold)';

/**
 * No rate limit's penalty is running. Separate from the gate's opening, so that a holder's end cannot shorten it. No
 * penalty ends after `:longestPenalty`: nobody waits for one that does.
 */
export const NO_PENALTY_RUNS = 'NOT (#blockedUntil > :now AND #blockedUntil <= :longestPenalty)';

/** The penalty is not one that a tick wrote, see {@link NO_PENALTY_RUNS}. */
export const PENALTY_IS_BROKEN = 'NOT #blockedUntil <= :longestPenalty';

/** The table has no newer layout than this code knows. */
export const LAYOUT_IS_KNOWN = '(attribute_not_exists(#layout) OR #layout <= :layout)';

/** The gate is still held by this tick; after its lease another one may hold it. */
export const HOLDS_GATE = '#owner = :owner';

/** A penalty is only ever extended. */
export const PENALTY_IS_LONGER = '(attribute_not_exists(#blockedUntil) OR #blockedUntil < :until)';

/** The tracker has the same table and fields as when people looked. */
export const WATCHES_SAME_SOURCE = '#source = :source';

/** A tick has been before: whoever counts does not create the control item, which readers take for a tick's. */
export const TICK_WAS_BEFORE = 'attribute_exists(#layout)';

/** There are empty ticks to forget; also keeps a control item from being created by forgetting them. */
export const HAS_EMPTY_TICKS = '#emptyTicks > :zero';

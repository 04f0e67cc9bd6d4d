import type { ConfirmationCount } from '../tracker/confirm-reported.ts';
import type { Gate, GateAnswer, TickReport } from '../tracker/control-state.ts';
import { CLOCK_TOLERANCE_MS, LONGEST_HOLD_MS, LONGEST_PENALTY_MS } from '../tracker/interval.ts';
import type { Control } from '../tracker/payment-store.ts';
import type { RestState } from '../tracker/wake.ts';
import {
  GATE_IS_OPEN,
  HAS_EMPTY_TICKS,
  HOLDS_GATE,
  LAYOUT_IS_KNOWN,
  NO_PENALTY_RUNS,
  PENALTY_IS_BROKEN,
  PENALTY_IS_LONGER,
  TICK_WAS_BEFORE,
  WATCHES_SAME_SOURCE,
} from './conditions.ts';
import { finishUpdate, toControl } from './control-attributes.ts';
import { DocumentTable, type Item, type TableOptions } from './document-table.ts';
import { LayoutTooNewError } from './errors.ts';
import { CONTROL_KEY, LAYOUT_VERSION } from './layout.ts';

/**
 * The control item in DynamoDB: the gate, what makes the loop rest, and the totals. Every write is one conditional update.
 *
 * Each method throws {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 */
export class DynamoControlItem implements Gate, RestState, ConfirmationCount {
  readonly #table: DocumentTable;

  constructor(options: TableOptions) {
    this.#table = new DocumentTable(options);
  }

  /** @throws {LayoutTooNewError} when the table was written by a newer version of the tracker */
  async acquire({ owner, now, lease }: Parameters<Gate['acquire']>[0]): Promise<GateAnswer> {
    const operation = 'acquire gate';
    const [longestHold, longestPenalty] = [now + LONGEST_HOLD_MS, longestPenaltyAt(now)];
    const result = await this.#table.write({
      operation,
      key: CONTROL_KEY,
      update: 'SET #owner = :owner, #nextAllowedAt = :leaseEnd, #layout = :layout',
      condition: [GATE_IS_OPEN, NO_PENALTY_RUNS, LAYOUT_IS_KNOWN].join(' AND '),
      values: {
        ':owner': owner,
        ':leaseEnd': now + lease,
        ':now': now,
        ':longestHold': longestHold,
        ':longestPenalty': longestPenalty,
        ':layout': LAYOUT_VERSION,
      },
    });
    if (!result.written) checkLayout(result.found, operation);
    // The first try's answer was lost, and the SDK's second try met its own lease.
    if (!result.written && result.found?.owner !== owner) return refusal(result.found, now);
    const { nextAllowedAt, blockedUntil, ...before } = (result.written ? result.item : result.found) ?? {};
    const isPenaltyBroken = isBeyond(blockedUntil, longestPenalty);
    if (isPenaltyBroken) await this.#removeBrokenPenalty(owner, longestPenalty);
    const passedOver = {
      ...(isBeyond(nextAllowedAt, longestHold) && { nextAllowedAt: String(nextAllowedAt) }),
      ...(isPenaltyBroken && { blockedUntil: String(blockedUntil) }),
    };
    return {
      granted: true,
      control: toControl(isPenaltyBroken ? before : { ...before, blockedUntil }),
      ...(Object.keys(passedOver).length > 0 && { passedOver }),
    };
  }

  /** Otherwise no penalty would be longer, and none could be noted. */
  async #removeBrokenPenalty(owner: string, longestPenalty: number): Promise<void> {
    await this.#table.write({
      operation: 'remove broken penalty',
      key: CONTROL_KEY,
      update: 'REMOVE #blockedUntil',
      condition: `${HOLDS_GATE} AND ${PENALTY_IS_BROKEN}`,
      values: { ':owner': owner, ':longestPenalty': longestPenalty },
    });
  }

  async finish(report: TickReport): Promise<boolean> {
    const { update, values } = finishUpdate(report);
    const result = await this.#table.write({
      operation: 'finish tick',
      key: CONTROL_KEY,
      update,
      condition: HOLDS_GATE,
      values,
    });
    // Repeated by the SDK after a lost answer, it finds itself as the last owner.
    return result.written || result.found?.lastOwner === report.owner;
  }

  async block(until: number): Promise<void> {
    await this.#table.write({
      operation: 'block gate',
      key: CONTROL_KEY,
      update: 'SET #blockedUntil = :until',
      condition: PENALTY_IS_LONGER,
      values: { ':until': until },
    });
  }

  async emptyTicks(): Promise<number | undefined> {
    const item = await this.#table.get('read control item', CONTROL_KEY, 'strong');
    return item && ((item.emptyTicks as number | undefined) ?? 0);
  }

  async clearEmptyTicks(): Promise<void> {
    await this.#table.write({
      operation: 'clear empty ticks',
      key: CONTROL_KEY,
      update: 'SET #emptyTicks = :zero',
      condition: HAS_EMPTY_TICKS,
      values: { ':zero': 0 },
    });
  }

  /**
   * The table that the tracker watches, as of its last tick. Eventually consistent.
   *
   * @throws {LayoutTooNewError}
   */
  async watched(): Promise<Pick<Control, 'watched' | 'source' | 'held'>> {
    return readControl(this.#table);
  }

  /**
   * Counts all payments as those of the table that the tracker watches now, and lets the next execution of the loop tick.
   *
   * @param seen what people agreed to
   * @returns false when the tracker watches another table since then: nothing was written
   */
  async acceptTable({ watched, source }: Pick<Control, 'watched' | 'source'>): Promise<boolean> {
    const current = watched?.at(-1);
    if (current === undefined || source === undefined) return false;
    const result = await this.#table.write({
      operation: 'accept table',
      key: CONTROL_KEY,
      update: 'SET #watched = :watched, #emptyTicks = :zero REMOVE #held, #givenUp',
      condition: WATCHES_SAME_SOURCE,
      values: { ':watched': [{ ...current, since: 0 }], ':zero': 0, ':source': source },
    });
    return result.written;
  }

  /**
   * Confirmations before the first tick are not counted, and a write whose answer is lost may count twice: the total is
   * for people only.
   */
  async addConfirmed(confirmed: number): Promise<void> {
    await this.#table.write({
      operation: 'count confirmed payments',
      key: CONTROL_KEY,
      update: 'ADD #confirmed :confirmed',
      condition: TICK_WAS_BEFORE,
      values: { ':confirmed': confirmed },
    });
  }
}

/** The latest end of a penalty that a tick may have written, epoch milliseconds. */
function longestPenaltyAt(now: number): number {
  return now + LONGEST_PENALTY_MS + CLOCK_TOLERANCE_MS;
}

/** Whether a value is later than any that a tick writes, or no number at all. */
function isBeyond(value: unknown, latest: number): boolean {
  return value !== undefined && !(typeof value === 'number' && value <= latest);
}

/** When both a penalty and a holder stand in the way, it is the later of them that counts. */
function refusal(found: Item = {}, now: number): GateAnswer {
  const { nextAllowedAt = 0 } = found as { nextAllowedAt?: number };
  const { blockedUntil = 0, lastSuccessAt } = toControl(found);
  return {
    granted: false,
    reason: blockedUntil > now ? 'blocked' : 'held',
    until: Math.max(nextAllowedAt, blockedUntil),
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
  };
}

/**
 * Reads the control item. Eventually consistent.
 *
 * @throws {LayoutTooNewError} when the table was written by a newer version
 * @throws {TableUnavailableError}
 */
export async function readControl(table: DocumentTable): Promise<Control> {
  const operation = 'read control item';
  const item = await table.get(operation, CONTROL_KEY);
  checkLayout(item, operation);
  return toControl(item);
}

/** @throws {LayoutTooNewError} when an item is of a layout that this code does not know */
export function checkLayout(item: Item | undefined, operation: string): void {
  const layout = (item?.layout as number | undefined) ?? LAYOUT_VERSION;
  if (layout <= LAYOUT_VERSION) return;
  throw new LayoutTooNewError({
    operation,
    target: 'control item of the payments table',
    problem: `the table has layout ${layout}, and this version of the tracker knows layouts up to ${LAYOUT_VERSION}`,
    hint: 'Deploy the newer version of the tracker again. In a bot, update the package payment-tracker.',
  });
}

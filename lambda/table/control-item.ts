import type { ConfirmationCount } from '../tracker/confirm-reported.ts';
import {
  type Counters,
  type Gate,
  type GateAnswer,
  NO_COUNTERS,
  type TickReport,
} from '../tracker/control-state.ts';
import type { Control } from '../tracker/payment-store.ts';
import type { RestState } from '../tracker/wake.ts';
import {
  GATE_IS_OPEN,
  HAS_EMPTY_TICKS,
  HOLDS_GATE,
  LAYOUT_IS_KNOWN,
  NO_PENALTY_RUNS,
  PENALTY_IS_LONGER,
  TICK_WAS_BEFORE,
} from './conditions.ts';
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
    const result = await this.#table.write({
      operation,
      key: CONTROL_KEY,
      update: 'SET #owner = :owner, #nextAllowedAt = :leaseEnd, #layout = :layout',
      condition: [GATE_IS_OPEN, NO_PENALTY_RUNS, LAYOUT_IS_KNOWN].join(' AND '),
      values: { ':owner': owner, ':leaseEnd': now + lease, ':now': now, ':layout': LAYOUT_VERSION },
      returns: 'ALL_NEW',
    });
    if (result.written) return { granted: true, control: toControl(result.item) };
    checkLayout(result.found, operation);
    // The first try's answer was lost, and the SDK's second try met its own lease.
    if (result.found?.owner === owner) return { granted: true, control: toControl(result.found) };
    return refusal(result.found, now);
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

/** The names of the counters. Each is an attribute, so that an update can add to it. */
const COUNTERS = Object.keys(NO_COUNTERS) as (keyof Counters)[];

/** Attributes that are read as they were written. */
const REMEMBERED = [
  'lastSuccessAt',
  'blockedUntil',
  'bulkList',
  'batchSize',
  'acceptedId',
  'sweep',
  'sweptAt',
  'isPartial',
  'news',
  'newcomers',
  'audit',
  'server',
  'source',
  'lastTickAt',
  'intervalSeconds',
  'pending',
  'usersUpdated',
  'lastError',
] as const satisfies readonly (keyof Control)[];

/** Attributes of layout 1, which are removed. */
const OUTDATED = ['cursor', 'round'];

/** The control state in an item; that of a new tracker when there is none. */
export function toControl(item: Item = {}): Control {
  const remembered = REMEMBERED.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]);
  const counters = COUNTERS.map((name) => [name, item[name] ?? 0]);
  return {
    ...(Object.fromEntries(remembered) as Partial<Control>),
    emptyTicks: (item.emptyTicks as number | undefined) ?? 0,
    counters: Object.fromEntries(counters) as unknown as Counters,
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

/** The update at the end of a tick: an expression, and the values that it and its condition use. */
export function finishUpdate(report: TickReport) {
  const { owner, now, error, empty, lastSuccessAt, source } = report;
  const remembered: Record<string, unknown> = {
    ...report.memory,
    lastError: error && { ...error, at: now },
  };
  const known = Object.entries(remembered).filter(([, value]) => value !== undefined);
  const unknown = Object.keys(remembered).filter((name) => remembered[name] === undefined);
  const set: Record<string, unknown> = {
    nextAllowedAt: report.nextAllowedAt,
    intervalSeconds: report.intervalSeconds,
    pending: report.pending,
    usersUpdated: report.usersUpdated,
    lastTickAt: now,
    lastOwner: owner,
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(source !== undefined && { source }),
    ...(!empty && { emptyTicks: 0 }),
    ...Object.fromEntries(known),
  };
  // Added and not set: a wake-up may have reset the number to 0 since this tick began.
  const add: Record<string, unknown> = { ...report.counters, ...(empty && { emptyTicks: 1 }) };
  const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
  const additions = Object.keys(add).map((name) => `#${name} :${name}`);
  const removals = ['owner', ...unknown, ...OUTDATED].map((name) => `#${name}`);
  const values = Object.entries({ ...set, ...add, owner }).map(([name, value]) => [`:${name}`, value]);
  return {
    update: `SET ${assignments.join(', ')} REMOVE ${removals.join(', ')} ADD ${additions.join(', ')}`,
    values: Object.fromEntries(values) as Record<string, unknown>,
  };
}

import type { Gate, GateAnswer, TickReport } from '../tracker/gate.ts';
import {
  GATE_IS_OPEN,
  HOLDS_GATE,
  LAYOUT_IS_KNOWN,
  NO_PENALTY_RUNS,
  PENALTY_IS_LONGER,
} from './conditions.ts';
import { checkLayout, toControl } from './control-item.ts';
import { DocumentTable, type Item, type TableOptions } from './document-table.ts';
import { finishUpdate } from './finish-update.ts';
import { CONTROL_KEY } from './keys.ts';
import { LAYOUT_VERSION } from './layout.ts';

/**
 * The gate: the control item in DynamoDB. Every method is one conditional update.
 *
 * Each throws {@link TableUnavailableError} when DynamoDB refuses or does not answer.
 */
export class GateItem implements Gate {
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

import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { NO_COUNTERS, type TickMemory, type TickReport } from '../../../lambda/tracker/control-state.ts';
import { createPaymentTable } from './payment-table.ts';

export const NOW = Date.UTC(2026, 0, 1);
export const LEASE = 16_500;

/** A gate on a new table. */
export async function prepareGate() {
  const table = await createPaymentTable();
  const gate = new DynamoControlItem(table);
  const acquire = (owner: string, now = NOW) => gate.acquire({ owner, now, lease: LEASE });
  return { table, gate, acquire };
}

/** The memory of a tick that learned nothing. */
export const NOTHING_REMEMBERED: TickMemory = {
  bulkList: undefined,
  batchSize: undefined,
  acceptedId: undefined,
  sweep: undefined,
  sweptAt: undefined,
  isPartial: undefined,
  news: undefined,
  newcomers: undefined,
  audit: undefined,
  withoutV2Since: undefined,
  givenUp: undefined,
  held: undefined,
  month: undefined,
};

/** What an ordinary tick reports at its end. */
export function reportOf(owner: string, report: Partial<TickReport> = {}): TickReport {
  return {
    owner,
    now: NOW + 1000,
    nextAllowedAt: NOW + 10_000,
    intervalSeconds: 20,
    pending: 37,
    usersUpdated: 40,
    counters: { ...NO_COUNTERS, updates: 1, confirmed: 8, requests: 1, requestsOk: 1 },
    memory: NOTHING_REMEMBERED,
    unreported: undefined,
    empty: false,
    ...report,
  };
}

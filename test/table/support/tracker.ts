import { PaymentTracker, type TrackerEvent } from '../../../lambda/client/index.ts';
import { DynamoControlItem } from '../../../lambda/table/control-item.ts';
import { DynamoPendingPayments } from '../../../lambda/table/pending-payments.ts';
import { NO_COUNTERS, type TickReport } from '../../../lambda/tracker/control-state.ts';
import { NOTHING_REMEMBERED } from './gate.ts';
import { createPaymentTable } from './payment-table.ts';

export const NOW = Date.UTC(2026, 0, 1, 12);

/** A tracker on a new table, and what a tick uses of the same table. */
export async function prepareTracker() {
  const table = await createPaymentTable();
  const clock = { time: NOW, now: () => clock.time };
  const events: TrackerEvent[] = [];
  const printed: string[] = [];
  const tracker = new PaymentTracker({
    ...table,
    clock,
    observe: (event) => events.push(event),
    print: (text) => printed.push(text),
  });
  const payments = new DynamoPendingPayments({ ...table, confirmedBy: 'tick' });
  const gate = new DynamoControlItem(table);
  const tick = async (report: Partial<TickReport>) => {
    await gate.acquire({ owner: 'tick', now: clock.time, lease: 0 });
    await gate.finish({ ...TICK, owner: 'tick', now: clock.time, lastSuccessAt: clock.time, ...report });
  };
  return { table, clock, events, printed, tracker, payments, gate, tick };
}

const TICK: TickReport = {
  owner: 'tick',
  now: NOW,
  nextAllowedAt: 0,
  intervalSeconds: 20,
  pending: 37,
  usersUpdated: 37,
  counters: { ...NO_COUNTERS, updates: 45, confirmed: 8, requests: 50, requestsOk: 46 },
  memory: NOTHING_REMEMBERED,
  unreported: undefined,
  empty: false,
};

import type { CheckContext } from '../../../lambda/tracker/check-context.ts';
import type { TrackerEvent } from '../../../lambda/tracker/events.ts';
import { Pacer } from '../../../lambda/tracker/pacer.ts';
import { SeenNews } from '../../../lambda/tracker/seen-news.ts';
import { type TickDependencies, type TickResult, tick } from '../../../lambda/tracker/tick.ts';
import { TableGuard } from '../../../lambda/tracker/watched-table.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

/** Seconds from one slot to the next, where a test does not say otherwise. */
export const INTERVAL = 20;

/** A tracker whose clock, settings, table and NocoDB are in the test's hand. */
export function harness(options: Partial<TickDependencies['settings']> = {}) {
  const { intervalSeconds = INTERVAL } = options;
  const settings = { ...options, intervalSeconds };
  const clock = new FakeClock();
  const table = new SimulatedPayments({ clock });
  const source = new FakeSource(clock);
  const seenNews = new SeenNews();
  const events: TrackerEvent[] = [];
  let owners = 0;
  const run = (): Promise<TickResult> =>
    tick({
      settings,
      clock,
      gate: table.gate,
      payments: table.payments,
      source,
      observe: (event) => events.push(event),
      seenNews,
      newOwner: () => `tick-${++owners}`,
    });
  /** Moves to the next slot and ticks. */
  const next = (): Promise<TickResult> => {
    clock.set((Math.floor(clock.now() / (intervalSeconds * 1000)) + 1) * intervalSeconds * 1000);
    return run();
  };
  const eventsOf = <T extends TrackerEvent['type']>(type: T) =>
    events.filter((event): event is Extract<TrackerEvent, { type: T }> => event.type === type);
  /** Tracks a payment whose record exists. */
  const pending = async (
    userId: string,
    recordId: string,
    record: { paid: boolean; owner?: string | null } = { paid: false },
  ): Promise<void> => {
    await table.track(userId, recordId);
    source.records.set(recordId, record);
  };
  /** Moves all newcomers in the index, as ticks do that have asked for them. Returns all payments, as they are listed then. */
  const moveNewcomers = async () => {
    const list = async () => (await table.payments.list(undefined, 10_000)).payments;
    for (const payment of await list()) await table.payments.moveFromNew(payment);
    return list();
  };
  /** What the parts of a tick share, in a tick that begins now. */
  const context = (changes: Partial<CheckContext> = {}): CheckContext => ({
    clock,
    payments: table.payments,
    source,
    observe: (event) => events.push(event),
    seenNews,
    pacer: new Pacer(clock),
    guard: new TableGuard(undefined, undefined, table.payments),
    report: () => {},
    control: table.control,
    confirmedBefore: new Set(),
    now: clock.now(),
    askUntil: clock.now() + 10_000,
    writeUntil: clock.now() + 15_000,
    ...changes,
  });
  return {
    settings,
    clock,
    table,
    source,
    seenNews,
    events,
    eventsOf,
    run,
    next,
    pending,
    moveNewcomers,
    context,
  };
}

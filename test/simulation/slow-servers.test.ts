import { describe, expect, it, vi } from 'vitest';
import type { TickFinished } from '../../lambda/tracker/events.ts';
import { harness } from '../unit/tracker/harness.ts';

const MINUTE = 60_000;

/** So many pending payments of users of their own, whose records exist and are not paid. */
async function crowd(count: number, intervalSeconds: number) {
  const world = harness({ intervalSeconds });
  for (let id = 1; id <= count; id += 1) await world.pending(`user-${id}`, String(id));
  const { clock, source, table, next } = world;
  const paidAt = new Map<number, number>();
  const pay = (id: number) => {
    source.records.set(String(id), { paid: true, changedAt: clock.now() + source.clockSkew });
    paidAt.set(id, clock.now());
  };
  /** Milliseconds from an edit to its confirmation, of all that are confirmed. */
  const delays: number[] = [];
  const confirmed = new Set<number>();
  /** Ticks so many times. @returns how many ticks failed */
  const run = async (ticks: number): Promise<number> => {
    let failed = 0;
    for (let slot = 0; slot < ticks; slot += 1) {
      await next().catch(() => {
        failed += 1;
      });
      for (const [id, at] of paidAt) {
        if (confirmed.has(id) || table.status(`user-${id}`, String(id)) !== 'paid') continue;
        confirmed.add(id);
        delays.push(clock.now() - at);
      }
    }
    return failed;
  };
  const isPaid = (id: number) => table.status(`user-${id}`, String(id)) === 'paid';
  return { ...world, pay, paidAt, delays, run, isPaid };
}

describe('an audit of more records than a server answers in a tick', { timeout: 300_000 }, () => {
  it.each([
    { pending: 20_000, intervalSeconds: 20, latencyPerRow: 0.25, hours: 2 },
    { pending: 10_000, intervalSeconds: 5, latencyPerRow: 0.12, hours: 1 },
  ])('does not hold up confirmations: %j', async ({ pending, intervalSeconds, latencyPerRow, hours }) => {
    const { source, pay, paidAt, delays, run } = await crowd(pending, intervalSeconds);
    source.latencyPerRow = latencyPerRow;
    const ticksOf = (milliseconds: number) => milliseconds / 1000 / intervalSeconds;
    let failed = 0;

    for (let round = 1; round <= 6 * hours; round += 1) {
      for (let count = 0; count < 5; count += 1) pay(round * 300 + count);
      failed += await run(ticksOf(10 * MINUTE));
      source.requests.length = 0;
    }

    expect(failed).toBeLessThanOrEqual(3);
    expect(delays).toHaveLength(paidAt.size);
    expect(Math.max(...delays)).toBeLessThanOrEqual(2 * intervalSeconds * 1000);
  });
});

describe('a server that is slow for each id', { timeout: 60_000 }, () => {
  it.each([true, false])('confirms 500 of 5,000 within a minute, with news: %s', async (keepsChanges) => {
    const { source, pay, run, isPaid } = await crowd(5_000, 5);
    Object.assign(source, { latencyPerId: 0.4, keepsChanges });
    await run(12);
    const paid = Array.from({ length: 500 }, (_, index) => 1 + index * 10);
    for (const id of paid) pay(id);

    const failed = await run(12);

    expect(failed).toBe(0);
    expect(paid.filter((id) => !isPaid(id))).toEqual([]);
  });

  it('finds one bad id among others, though a request takes 3.3 s', async () => {
    const { source, table, run, events } = await crowd(64, 20);
    source.latency = 3_300;
    source.poison.add('40');

    await run(20);

    expect(table.items().filter(({ status }) => status !== 'pending')).toMatchObject([
      { recordId: '40', status: 'invalid' },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'tick.finished' });
  });
});

describe('writes that take longer than a tick has', { timeout: 60_000 }, () => {
  it('are repeated by the next ticks, and misses that are written stay written', async () => {
    const { table, clock, pending, next, eventsOf } = harness({ auditEvery: MINUTE });
    for (let id = 1; id <= 20; id += 1) await pending(`other-${id}`, `${100 + id}`);
    for (let user = 1; user <= 19_980; user += 1) await table.track(`user-${user}`, String(1 + (user % 5)));
    for (const method of ['noteMiss', 'markMissing'] as const) slowDown(table.payments, method, clock);
    const count = () => {
      const counts = { missed: 0, missing: 0 };
      for (const { misses, status } of table.items()) {
        counts.missed += misses ?? 0;
        counts.missing += Number(status === 'missing');
      }
      return counts;
    };
    let before = count();

    for (let slot = 0; slot < 100 && before.missing < 19_980; slot += 1) {
      await next();
      const now = count();
      expect(now.missed).toBeGreaterThanOrEqual(before.missed);
      before = now;
    }

    expect(table.items().filter(({ status }) => status === 'missing')).toHaveLength(19_980);
    expect(table.items().filter(({ status }) => status === 'pending')).toHaveLength(20);
    expect(eventsOf('tick.failed')).toEqual([]);
  });

  it('leave ticks done with unfinished confirmations, and none is lost', async () => {
    const { table, clock, pay, run, eventsOf } = await crowd(10_000, 20);
    await run(1);
    slowDown(table.payments, 'confirm', clock);
    for (let id = 1; id <= 10_000; id += 1) pay(id);

    const failed = await run(1);

    const last = eventsOf('tick.finished').at(-1) as TickFinished;
    expect(failed).toBe(0);
    expect(last.confirmed).toBeGreaterThan(1_000);
    expect(last.unfinished).toBe(10_000 - last.confirmed);
    expect(await run(5)).toBe(0);
    expect(table.items().every(({ status }) => status === 'paid')).toBe(true);
  });
});

/** Makes each call of a write take 5 ms. */
function slowDown(
  payments: ReturnType<typeof harness>['table']['payments'],
  method: 'noteMiss' | 'markMissing' | 'confirm',
  clock: ReturnType<typeof harness>['clock'],
): void {
  const write = payments[method].bind(payments) as (...args: unknown[]) => Promise<never>;
  vi.spyOn(payments, method).mockImplementation((...args: unknown[]) => {
    clock.advance(5);
    return write(...args);
  });
}

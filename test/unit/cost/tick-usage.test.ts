import { describe, expect, it } from 'vitest';
import { ASSUMPTIONS } from '../../../infra/cost/assumptions.ts';
import { tickUsage, usageOfAskingForAll } from '../../../infra/cost/tick-usage.ts';
import { bulkBody } from '../../../lambda/nocodb/bulk-list.ts';
import { dialectV2 } from '../../../lambda/nocodb/dialect-v2.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { NEW_PARTITION } from '../../../lambda/tracker/pending-payments.ts';
import { PLAN_LIMITS } from '../../../lambda/tracker/query-plan.ts';
import { isPartial } from '../../../lambda/tracker/sweep-pace.ts';
import { tick } from '../../../lambda/tracker/tick.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeSource } from '../../support/fake-source.ts';
import { SimulatedPayments } from '../../support/simulated-payments.ts';

/** A table that the last tick did not ask for completely, with newcomers, and a tick on it. */
async function tickOnNewcomers(newcomers: number) {
  const clock = new FakeClock();
  const table = new SimulatedPayments({ clock });
  const source = new FakeSource(clock);
  for (let id = 1; id <= newcomers; id++) {
    await table.track(`user${id}`, String(id));
    source.records.set(String(id), { paid: false });
  }
  await table.remember({ isPartial: true, sweptAt: clock.now(), lastSuccessAt: clock.now() });
  await tick({
    settings: { intervalSeconds: 20 },
    clock,
    gate: table.gate,
    payments: table.payments,
    source,
    observe: () => {},
    newOwner: () => 'owner',
  });
  return { table, source };
}

describe('a tick', () => {
  it('uses no more with 10,000,000 payments than with 20,001, from which on it asks for a part of them', () => {
    const tenMillion = tickUsage(10_000_000, 20);

    expect(tenMillion).toEqual(tickUsage(20_001, 20));
    // News, the sweep, and one audit in eight ticks.
    expect(tenMillion.requests).toBe(2.125);
    expect(tenMillion.readUnits).toBeLessThanOrEqual(30);
  });

  it('asks for everything where one request can', () => {
    expect(isPartial(PLAN_LIMITS.idsPerRequest)).toBe(false);
    expect(isPartial(PLAN_LIMITS.idsPerRequest + 1)).toBe(true);
    // The audits come on top.
    expect(tickUsage(300, 20).requests).toBeCloseTo(1 + 20 / 600, 6);
    expect(usageOfAskingForAll(300)).toMatchObject({ requests: 1, readUnits: 3.5 });
  });

  it('reads half a unit for each 4 KB of the index that it lists', () => {
    const bytes = 1_000_000 * ASSUMPTIONS.indexEntryBytes;

    const { readUnits } = usageOfAskingForAll(1_000_000);

    expect(readUnits).toBeGreaterThanOrEqual(bytes / 4096 / 2);
    expect(readUnits).toBeLessThan(1.01 * (bytes / 4096 / 2));
  });
});

describe('a tick that cannot ask for everything', () => {
  it('asks for changes in a request of its own, and moves each newcomer once', async () => {
    const { table, source } = await tickOnNewcomers(3);

    expect(source.requests.map(({ form }) => form)).toEqual(['changes', 'get']);
    expect(table.items().map(({ shard }) => shard)).not.toContain(NEW_PARTITION);
    // The gate is taken and given back.
    expect(table.writes).toBe(2 + 3);
  });
});

it('a request for many payments is not larger than the bill assumes, with ids of seven digits', () => {
  const { nocodb } = parseTrackerSettings({
    NOCODB_API_URL: 'https://nocodb.example.com',
    NOCODB_TABLE_ID: 'mq13l0ec25f9v23',
  });
  const ids = Array.from({ length: PLAN_LIMITS.pageSize }, (_, index) => String(1_000_000 + index));
  const queries = Array.from({ length: 20 }, () => ({
    recordIds: ids,
    want: 'paid' as const,
    limit: PLAN_LIMITS.pageSize,
  }));

  const bytes = Buffer.byteLength(JSON.stringify(bulkBody(nocodb, queries, dialectV2(nocodb))));

  const { requestBytes, requestBytesPerPayment } = ASSUMPTIONS;
  expect(bytes).toBeLessThanOrEqual(requestBytes + requestBytesPerPayment * 20 * ids.length);
});

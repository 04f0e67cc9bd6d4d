import { afterEach, describe, expect, it } from 'vitest';
import {
  type DemoNocoDb,
  type DemoNocoDbOptions,
  startDemoNocoDb,
} from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createRecordSource } from '../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import { systemClock } from '../../lambda/tracker/clock.ts';
import { RateLimitedError } from '../../lambda/tracker/errors.ts';
import { tick } from '../../lambda/tracker/tick.ts';
import { SimulatedPayments } from '../support/simulated-payments.ts';

/** NocoDB's documentation: 5 requests a second and user, then 429 for 30 seconds. */
const RATE_LIMIT = { requestsPerSecond: 5, blockSeconds: 30 };

describe('a tick on a NocoDB with limits', () => {
  let demo: DemoNocoDb;
  afterEach(() => demo.close());

  /** Starts a NocoDB with this number of payments. All of them are tracked, and every tenth is paid. */
  async function start(payments: number, options: DemoNocoDbOptions) {
    demo = await startDemoNocoDb(options);
    const table = new SimulatedPayments({ clock: systemClock });
    const records = Array.from({ length: payments }, (_, index) => ({ Paid: index % 10 === 0 }));
    for (const id of demo.records.insertMany(records)) await table.track(`user${id}`, String(id));
    const { nocodb } = parseTrackerSettings({ NOCODB_API_URL: demo.url, NOCODB_TABLE_ID: demo.tableId });
    const source = createRecordSource(nocodb, {
      token: fixedToken(demo.token),
      clock: systemClock,
      random: Math.random,
    });
    const run = () =>
      tick({
        settings: { intervalSeconds: 20 },
        clock: systemClock,
        gate: table.gate,
        payments: table.payments,
        source,
        observe() {},
        newOwner: () => 'the only one',
      });
    return { table, run };
  }

  it('asks in GETs where there are no bulk lists, slowly enough for the rate limit', async () => {
    const { run, table } = await start(3000, { bulkList: false, rateLimit: RATE_LIMIT });

    const result = await run();

    const statuses = demo.requests.map(({ method, status }) => `${method} ${status}`);
    expect(result).toMatchObject({ outcome: 'done', checked: 3000, confirmed: 300 });
    expect(statuses.slice(0, 1)).toEqual(['POST 404']);
    expect(statuses.slice(1)).toEqual(Array.from({ length: statuses.length - 1 }, () => 'GET 200'));
    expect(table.control.bulkList).toMatchObject({ supported: false });
  });

  it('stops at the first 429 and leaves the rest of the penalty in the gate', async () => {
    const { run, table } = await start(20, { rateLimit: RATE_LIMIT });
    const address = `${demo.url}/api/v2/meta/tables/${demo.tableId}`;
    const headers = { 'xc-token': demo.token };
    await Promise.all(Array.from({ length: 6 }, () => fetch(address, { headers })));
    const sent = demo.requestCount;
    const before = Date.now();

    await expect(run()).rejects.toThrow(RateLimitedError);
    const second = await run();

    expect(demo.requestCount).toBe(sent + 1);
    expect(second).toMatchObject({ outcome: 'skipped', reason: 'blocked' });
    expect(table.control.blockedUntil).toBeGreaterThanOrEqual(before + 30_000);
    expect(table.control.counters).toMatchObject({ requestsRateLimited: 1, confirmed: 0 });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { type DemoNocoDb, startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createRecordSource, sourceName } from '../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import { tick } from '../../lambda/tracker/tick.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { SimulatedPayments } from '../support/simulated-payments.ts';

const INTERVAL_SECONDS = 20;
const PAYMENTS = 37;

describe('an id field whose values are no record ids', () => {
  let demo: DemoNocoDb;
  afterEach(() => demo.close());

  it('makes no payment invalid and sends few requests, and everything goes on when the field is right', async () => {
    demo = await startDemoNocoDb({ dialect: 'postgres' });
    const clock = new FakeClock();
    const table = new SimulatedPayments({ clock });
    for (let count = 0; count < PAYMENTS; count += 1) {
      demo.records.insert({ Paid: false, Title: `inv-${count}` });
      await table.track(`user${count}`, `inv-${count}`);
    }
    const tickWith = (idField: string) => {
      const { nocodb } = parseTrackerSettings({
        NOCODB_API_URL: demo.url,
        NOCODB_TABLE_ID: demo.tableId,
        NOCODB_ID_FIELD: idField,
      });
      clock.set((Math.floor(clock.now() / (INTERVAL_SECONDS * 1000)) + 1) * INTERVAL_SECONDS * 1000);
      return tick({
        settings: { intervalSeconds: INTERVAL_SECONDS, source: sourceName(nocodb) },
        clock,
        gate: table.gate,
        payments: table.payments,
        source: createRecordSource(nocodb, { token: fixedToken(demo.token), clock, random: () => 0 }),
        observe() {},
        newOwner: () => 'the only one',
      }).catch((error: Error) => error.name);
    };

    const statuses = () => new Set(table.items().map(({ status }) => status));

    // What was learned with the right field says nothing about the wrong one.
    expect(await tickWith('Title')).toMatchObject({ checked: PAYMENTS, confirmed: 0 });
    // 20 minutes.
    const perTick: number[] = [];
    for (let count = 0; count < 60; count += 1) {
      const before = demo.requestCount;
      expect(await tickWith('Id')).toBe('InvalidQueryError');
      perTick.push(demo.requestCount - before);
    }

    expect(statuses()).toEqual(new Set(['pending']));
    // Isolating one id among 37 takes six halvings. Asking for every id alone would take 4 requests a second.
    expect(Math.max(...perTick)).toBeLessThanOrEqual(10);
    expect(perTick.reduce((sum, requests) => sum + requests) / (60 * INTERVAL_SECONDS)).toBeLessThan(0.4);

    for (const { Id } of demo.records.all()) demo.records.setPaid(Number(Id), true);
    expect(await tickWith('Title')).toMatchObject({ confirmed: PAYMENTS });
    expect(statuses()).toEqual(new Set(['paid']));
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChecks } from '../../infra/cli/doctor/checks.ts';
import { nocoDbChecks } from '../../infra/cli/doctor/nocodb-checks.ts';
import { unpaidRecords } from '../../infra/cli/import/unpaid-records.ts';
import { openNocoDb } from '../../infra/cli/nocodb/nocodb-access.ts';
import { Webhooks } from '../../infra/cli/nocodb/webhooks.ts';
import { type DemoNocoDb, startDemoNocoDb } from '../../infra/local/demo-nocodb/demo-nocodb.ts';
import { createRecordSource, toWatchedTable } from '../../lambda/nocodb/record-source.ts';
import { fixedToken } from '../../lambda/nocodb/token.ts';
import { parseTrackerSettings } from '../../lambda/settings/read-tracker-settings.ts';
import { tick } from '../../lambda/tracker/tick.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { SimulatedPayments } from '../support/simulated-payments.ts';
import type { ContractTarget } from './contract/target.ts';
import { openWebhookDesk } from './contract/webhook-desk.ts';

// What NocoDB's source and documentation say of versions after 0.301.3, with API v2 gone. No such version is on npm.

/** A clock that does not wait: the demo has no rate limit. */
const clock = { now: () => Date.now(), async sleep() {} };
let demo: DemoNocoDb;

beforeEach(async () => {
  demo = await startDemoNocoDb({ profile: 'newer' });
});
afterEach(async () => {
  await demo.close();
});

const open = (variables: Readonly<Record<string, string>> = {}) =>
  openNocoDb(
    {
      NOCODB_API_URL: demo.url,
      NOCODB_TABLE_ID: `${demo.url}/dashboard/#/nc/${demo.baseId}/${demo.tableId}`,
      NOCODB_API_TOKEN: demo.token,
      ...variables,
    },
    { clock, random: Math.random, examine: true },
  );

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('a NocoDB without API v2', () => {
  it('is well, says the doctor, except for its bulk lists', async () => {
    const report = await collect(runChecks(nocoDbChecks(() => open({ NOCODB_OWNER_FIELD: 'TG ID' }))));

    expect(report.filter(({ outcome }) => outcome !== 'ok').map(({ check }) => check)).toEqual([
      'Bulk lists',
    ]);
    expect(report).toContainEqual({ check: 'API', outcome: 'ok', text: 'ticks use v3' });
  });

  it('needs the base, says the doctor, where only the id of the table is configured', async () => {
    const report = await collect(runChecks(nocoDbChecks(() => open({ NOCODB_TABLE_ID: demo.tableId }))));

    expect(report.find(({ outcome }) => outcome === 'fault')).toMatchObject({
      check: 'Token',
      hint: expect.stringContaining('set NOCODB_BASE_ID'),
    });
  });

  it('gives its unpaid records to an import', async () => {
    demo.records.insertMany([{ 'TG ID': '1' }, { 'TG ID': '2', Paid: true }, { 'TG ID': '3' }]);

    const batches = await collect(unpaidRecords(open(), { userField: 'TG ID', after: undefined }));

    expect(batches.flatMap(({ rows }) => rows).map(({ userId }) => userId)).toEqual(['1', '3']);
  });

  it('has webhooks that fire for each change of the paid field, of which the tracker takes what became paid', async () => {
    const target: ContractTarget = {
      ...demo,
      columns: Object.fromEntries(demo.columns.map(({ title, id }) => [title, id])),
      database: 'sqlite',
      pageCap: 1000,
      apiVersion: 'v3',
      stop: async () => {},
    };
    const desk = await openWebhookDesk(target);
    const [paid = 0, other = 0] = demo.records.insertMany([{}, { Paid: true }]);
    for (const id of [paid, other]) await desk.table.track('12345', String(id));

    demo.records.update(paid, { Title: 'not this' });
    demo.records.setPaid(other, false);
    demo.records.setPaid(paid, true);
    await expect.poll(() => desk.answers).toEqual([200, 200]);
    const listed = await new Webhooks(open()).list();
    await desk.close();

    expect([desk.table.status('12345', String(paid)), desk.table.status('12345', String(other))]).toEqual([
      'paid',
      'pending',
    ]);
    expect(listed.map(({ url }) => url)).toEqual([desk.url]);
    expect(await new Webhooks(open()).list()).toEqual([]);
  });

  it('may refuse webhooks without a licence: the error says how to add one', async () => {
    const body = {
      error: 'ERR_FEATURE_NOT_SUPPORTED',
      message: 'Accessing webhook api require enterprise plan',
    };
    demo.failNext({ kind: 'answer', status: 403, body });

    const refusal = new Webhooks(open({ NOCODB_API_VERSION: 'v3' })).list();

    await expect(refusal).rejects.toMatchObject({
      kind: 'EndpointNotFound',
      hint: expect.stringContaining("Add the webhook on NocoDB's page"),
    });
  });

  it('answers 422 for what is missing', async () => {
    const get = (path: string) => fetch(demo.url + path, { headers: { 'xc-token': demo.token } });
    const records = `/api/v3/data/${demo.baseId}`;

    const answers = [
      await get(`${records}/${demo.tableId}/records/17`),
      await get(`${records}/mzzzzzzzzzzzzzz/records`),
      await get('/api/v3/meta/bases/pzzzzzzzzzzzzzz'),
      await get(`/api/v2/tables/${demo.tableId}/records`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 404]);
  });
});

describe('API v2 that is removed in the middle of a run', () => {
  it.each([
    ['a base that was learned from it', {}],
    ['the base in the settings', { NOCODB_BASE_ID: 'pdemoshop000000' }],
  ])('loses no payment, with %s', async (_name, variables) => {
    await demo.close();
    const time = new FakeClock();
    // Responses carry the date of this machine.
    time.set(Date.now());
    demo = await startDemoNocoDb({ now: () => time.now() });
    const table = new SimulatedPayments({ clock: time });
    const { nocodb } = parseTrackerSettings({
      NOCODB_API_URL: demo.url,
      NOCODB_TABLE_ID: demo.tableId,
      ...variables,
    });
    const ids = demo.records.insertMany(Array.from({ length: 2_500 }, () => ({})));
    for (const id of ids) await table.track(`user${id}`, String(id));
    const next = async () => {
      time.advance(20_000);
      // A new process each time, as after a pause: what it knows is in the control item.
      const token = fixedToken(demo.token);
      const source = createRecordSource(nocodb, { token, clock: time, random: () => 0.5 });
      const { payments, gate } = table;
      const settings = { intervalSeconds: 20, auditEvery: 40_000, table: toWatchedTable(nocodb) };
      const before = demo.requestCount;
      await tick({ settings, clock: time, gate, payments, source, observe() {}, newOwner: () => 'tick' });
      return demo.requestCount - before;
    };
    const pay = (index: number) => demo.records.setPaid(ids[index] as number, true);
    const statusOf = (index: number) => table.status(`user${ids[index]}`, String(ids[index]));

    for (let slot = 0; slot < 4; slot += 1) await next();
    pay(0);
    await next();
    demo.upgrade();
    pay(1);
    await next();
    const requests: number[] = [];
    for (let slot = 2; slot < 12; slot += 1) {
      pay(slot);
      requests.push(await next());
      expect(statusOf(slot)).toBe('paid');
    }

    expect([statusOf(0), statusOf(1), statusOf(2_000)]).toEqual(['paid', 'paid', 'pending']);
    expect(table.control.counters).toMatchObject({ failures: 0, confirmed: 12 });
    expect(table.control.withoutV2Since).toBeGreaterThan(0);
    // The table's fields, which each new process looks up, the news, and four for the sweep and the audit.
    expect(Math.max(...requests)).toBeLessThanOrEqual(6);
  });
});

describe('a monthly quota', () => {
  it('is answered as NocoDB Cloud does, until the next month', async () => {
    await demo.close();
    const time = new FakeClock();
    demo = await startDemoNocoDb({ monthlyQuota: 2, now: () => time.now() });
    const ask = async (token: string) => {
      const path = `/api/v3/meta/bases/${demo.baseId}`;
      const response = await fetch(demo.url + path, { headers: { 'xc-token': token } });
      return { status: response.status, body: await response.json() };
    };

    const statuses = [];
    for (const token of ['unknown', demo.token, demo.token]) statuses.push((await ask(token)).status);
    const refusal = await ask(demo.token);
    time.advance(31 * 24 * 3_600_000);

    expect(statuses).toEqual([401, 200, 200]);
    expect(refusal).toEqual({
      status: 403,
      body: {
        error: 'ERR_PLAN_LIMIT_EXCEEDED',
        message: 'You have reached the limit of 2 API calls for your plan.',
        details: { plan: 'Free', limit: 2, current: 2, higherPlan: 'Plus' },
      },
    });
    expect((await ask(demo.token)).status).toBe(200);
  });
});

import { expect, test } from 'vitest';
import { LayoutTooNewError } from '../../lambda/table/errors.ts';
import { GateItem } from '../../lambda/table/gate-item.ts';
import { RestStateItem } from '../../lambda/table/rest-state-item.ts';
import { NO_COUNTERS, type TickReport } from '../../lambda/tracker/gate.ts';
import { emulatorClient } from './support/emulator.ts';
import { startLosingProxy } from './support/losing-proxy.ts';
import { createPaymentTable } from './support/payment-table.ts';

const NOW = Date.UTC(2026, 0, 1);
const LEASE = 16_500;

async function prepare() {
  const table = await createPaymentTable();
  const gate = new GateItem(table);
  const acquire = (owner: string, now = NOW) => gate.acquire({ owner, now, lease: LEASE });
  return { table, gate, acquire };
}

function reportOf(owner: string, report: Partial<TickReport> = {}): TickReport {
  return {
    owner,
    now: NOW + 1000,
    nextAllowedAt: NOW + 10_000,
    intervalSeconds: 20,
    pending: 37,
    usersUpdated: 40,
    counters: { ...NO_COUNTERS, updates: 1, confirmed: 8, requests: 1, requestsOk: 1 },
    cursor: undefined,
    round: undefined,
    bulkList: undefined,
    audit: undefined,
    empty: false,
    ...report,
  };
}

test('lets the first tick of a new table through, with nothing remembered', async () => {
  const { table, acquire } = await prepare();

  const answer = await acquire('a');

  expect(answer).toEqual({ granted: true, control: { emptyTicks: 0, counters: NO_COUNTERS } });
  expect(await table.readControl()).toEqual({
    pk: 'CONTROL',
    sk: 'GATE',
    owner: 'a',
    nextAllowedAt: NOW + LEASE,
    layout: 1,
  });
});

test('of ticks at the same time one gets through', async () => {
  const { acquire } = await prepare();

  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => acquire(`tick ${i}`)));

  expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
  expect(answers.filter(({ granted }) => !granted)[0]).toEqual({
    granted: false,
    reason: 'held',
    until: NOW + LEASE,
  });
});

test('a holder that died keeps others out until its lease ends, and not longer', async () => {
  const { acquire } = await prepare();
  await acquire('dead');

  expect(await acquire('b', NOW + LEASE - 1)).toMatchObject({ granted: false, reason: 'held' });
  expect(await acquire('b', NOW + LEASE)).toMatchObject({ granted: true });
});

test('a finished tick keeps its slot closed until the next may begin', async () => {
  const { gate, acquire } = await prepare();
  await acquire('a');
  await gate.finish(reportOf('a'));

  expect(await acquire('b', NOW + 9999)).toEqual({ granted: false, reason: 'held', until: NOW + 10_000 });
  expect(await acquire('b', NOW + 10_000)).toMatchObject({ granted: true });
});

test('a penalty keeps everybody out, whatever the holder does', async () => {
  const { gate, acquire } = await prepare();
  await acquire('a');
  await gate.block(NOW + 31_000);
  await gate.finish(reportOf('a'));

  expect(await acquire('b', NOW + 30_999)).toEqual({
    granted: false,
    reason: 'blocked',
    until: NOW + 31_000,
  });
  expect(await acquire('b', NOW + 31_000)).toMatchObject({
    granted: true,
    control: { blockedUntil: NOW + 31_000 },
  });
});

test('a penalty that ends before the holder does not hide the holder', async () => {
  const { gate, acquire } = await prepare();
  await gate.block(NOW - 1);
  await acquire('a');
  await gate.block(NOW + 1000);

  expect(await acquire('b', NOW + 1)).toEqual({ granted: false, reason: 'blocked', until: NOW + LEASE });
  expect(await acquire('b', NOW + 1000)).toEqual({ granted: false, reason: 'held', until: NOW + LEASE });
});

test('a penalty is never shortened', async () => {
  const { table, gate } = await prepare();

  await Promise.all([gate.block(NOW + 60_000), gate.block(NOW + 30_000), gate.block(NOW + 45_000)]);

  expect((await table.readControl())?.blockedUntil).toBe(NOW + 60_000);
});

test('remembers what a tick reports, and forgets what the next no longer reports', async () => {
  const { gate, acquire } = await prepare();
  const memory = {
    cursor: { from: '500', alone: 2 },
    round: { startedAt: NOW, answered: 3, audit: 4 },
    bulkList: { supported: false, learnedAt: NOW },
    audit: { number: 4, startedAt: NOW },
  };
  await acquire('a');
  await gate.finish(reportOf('a', { ...memory, lastSuccessAt: NOW + 5 }));

  const second = await acquire('b', NOW + 20_000);
  await gate.finish(reportOf('b', { now: NOW + 20_000, nextAllowedAt: NOW + 30_000 }));
  const third = await acquire('c', NOW + 40_000);

  expect(second).toMatchObject({ granted: true, control: { ...memory, lastSuccessAt: NOW + 5 } });
  expect(third.granted && Object.keys(third.control)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(cursor|round|bulkList|audit)$/)]),
  );
  expect(third).toMatchObject({ control: { lastSuccessAt: NOW + 5 } });
});

test('adds up the counters of all ticks', async () => {
  const { gate, acquire } = await prepare();
  for (const [index, owner] of ['a', 'b', 'c'].entries()) {
    await acquire(owner, NOW + index * 20_000);
    await gate.finish(reportOf(owner, { nextAllowedAt: NOW }));
  }

  expect(await acquire('d', NOW + 60_000)).toMatchObject({
    control: { counters: { ...NO_COUNTERS, updates: 3, confirmed: 24, requests: 3, requestsOk: 3 } },
  });
});

test('keeps the error of a failed tick until one succeeds', async () => {
  const { table, gate, acquire } = await prepare();
  const error = { kind: 'TokenRejected', message: 'list records: 401' } as const;
  await acquire('a');
  await gate.finish(reportOf('a', { error }));
  const afterFailure = await table.readControl();
  await acquire('b', NOW + 20_000);
  await gate.finish(reportOf('b'));
  const afterSuccess = await table.readControl();

  expect(afterFailure?.lastError).toEqual({ ...error, at: NOW + 1000 });
  expect(afterSuccess).not.toHaveProperty('lastError');
});

test('counts empty ticks in a row', async () => {
  const { gate, acquire } = await prepare();
  const counts: (number | false)[] = [];
  for (const [index, empty] of [true, true, false, true].entries()) {
    const answer = await acquire(`tick ${index}`, NOW + index * 20_000);
    counts.push(answer.granted && answer.control.emptyTicks);
    await gate.finish(reportOf(`tick ${index}`, { empty, nextAllowedAt: NOW }));
  }
  const answer = await acquire('last', NOW + 100_000);

  expect(counts).toEqual([0, 1, 2, 0]);
  expect(answer).toMatchObject({ control: { emptyTicks: 1 } });
});

test('a wake-up during an empty tick is not overwritten by its end', async () => {
  const { table, gate, acquire } = await prepare();
  await table.setControl('emptyTicks', 2);
  await acquire('a');

  await new RestStateItem(table).clear();
  await gate.finish(reportOf('a', { empty: true }));

  expect((await table.readControl())?.emptyTicks).toBe(1);
});

test('a wake-up reads the empty ticks, and clears nothing where there is no tick yet', async () => {
  const { table, gate, acquire } = await prepare();
  const rest = new RestStateItem(table);

  await rest.clear();
  const beforeAnyTick = await rest.emptyTicks();
  await acquire('a');
  const duringFirst = await rest.emptyTicks();
  await gate.finish(reportOf('a', { empty: true }));
  const afterEmpty = await rest.emptyTicks();
  await rest.clear();

  expect([beforeAnyTick, duringFirst, afterEmpty, await rest.emptyTicks()]).toEqual([undefined, 0, 1, 0]);
});

test('a tick that lost its lease writes nothing', async () => {
  const { table, gate, acquire } = await prepare();
  await acquire('slow');
  await acquire('b', NOW + LEASE);
  const before = await table.readControl();

  const finished = await gate.finish(reportOf('slow'));

  expect(finished).toBe(false);
  expect(await table.readControl()).toEqual(before);
});

test('a tick that never held the gate writes nothing', async () => {
  const { table, gate } = await prepare();

  expect(await gate.finish(reportOf('nobody'))).toBe(false);
  expect(await table.readControl()).toBeUndefined();
});

test('acquiring and finishing survive the loss of their answers, and count once', async () => {
  const { table } = await prepare();
  const proxy = await startLosingProxy();
  const gate = new GateItem({ tableName: table.tableName, client: emulatorClient(proxy.endpoint) });

  proxy.loseNextAnswer();
  const answer = await gate.acquire({ owner: 'a', now: NOW, lease: LEASE });
  proxy.loseNextAnswer();
  const finished = await gate.finish(reportOf('a'));

  expect(answer).toMatchObject({ granted: true });
  expect(finished).toBe(true);
  expect(proxy.answersLost()).toBe(2);
  expect(await table.readControl()).toMatchObject({ updates: 1, confirmed: 8 });
});

test('refuses a table whose layout is newer, and leaves it as it is', async () => {
  const { table, acquire } = await prepare();
  await table.setControl('layout', 2);

  await expect(acquire('a')).rejects.toThrow(LayoutTooNewError);
  await expect(acquire('a')).rejects.toThrow(/layout 2.*up to 1.*Deploy the newer version/);
  expect(await table.readControl()).toEqual({ pk: 'CONTROL', sk: 'GATE', layout: 2 });
});

test('who is refused learns since when everything is known', async () => {
  const { gate, acquire } = await prepare();
  await acquire('a');
  await gate.finish(reportOf('a', { lastSuccessAt: NOW }));

  expect(await acquire('b', NOW + 1)).toMatchObject({ granted: false, lastSuccessAt: NOW });
});

test('the source of the last tick that named one is remembered', async () => {
  const { gate, acquire } = await prepare();
  await acquire('a');
  await gate.finish(reportOf('a', { source: 'old' }));
  await acquire('b', NOW + 20_000);
  await gate.finish(reportOf('b', { nextAllowedAt: NOW + 30_000 }));

  expect(await acquire('c', NOW + 40_000)).toMatchObject({ granted: true, control: { source: 'old' } });
});

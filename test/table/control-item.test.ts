import { expect, test } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { LayoutTooNewError } from '../../lambda/table/errors.ts';
import { NO_COUNTERS } from '../../lambda/tracker/control-state.ts';
import { emulatorClient } from './support/emulator.ts';
import { LEASE, NOTHING_REMEMBERED, NOW, prepareGate, reportOf } from './support/gate.ts';
import { startLosingProxy } from './support/losing-proxy.ts';

test('lets the first tick of a new table through, with nothing remembered', async () => {
  const { table, acquire } = await prepareGate();

  const answer = await acquire('a');

  expect(answer).toEqual({ granted: true, control: { emptyTicks: 0, counters: NO_COUNTERS } });
  expect(await table.readControl()).toEqual({
    pk: 'CONTROL',
    sk: 'GATE',
    owner: 'a',
    nextAllowedAt: NOW + LEASE,
    layout: 2,
  });
});

test('of ticks at the same time one gets through', async () => {
  const { acquire } = await prepareGate();

  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => acquire(`tick ${i}`)));

  expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
  expect(answers.filter(({ granted }) => !granted)[0]).toEqual({
    granted: false,
    reason: 'held',
    until: NOW + LEASE,
  });
});

test('a holder that died keeps others out until its lease ends, and not longer', async () => {
  const { acquire } = await prepareGate();
  await acquire('dead');

  expect(await acquire('b', NOW + LEASE - 1)).toMatchObject({ granted: false, reason: 'held' });
  expect(await acquire('b', NOW + LEASE)).toMatchObject({ granted: true });
});

test('a finished tick keeps its slot closed until the next may begin', async () => {
  const { gate, acquire } = await prepareGate();
  await acquire('a');
  await gate.finish(reportOf('a'));

  expect(await acquire('b', NOW + 9999)).toEqual({ granted: false, reason: 'held', until: NOW + 10_000 });
  expect(await acquire('b', NOW + 10_000)).toMatchObject({ granted: true });
});

test('a penalty keeps everybody out, whatever the holder does', async () => {
  const { gate, acquire } = await prepareGate();
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
  const { gate, acquire } = await prepareGate();
  await gate.block(NOW - 1);
  await acquire('a');
  await gate.block(NOW + 1000);

  expect(await acquire('b', NOW + 1)).toEqual({ granted: false, reason: 'blocked', until: NOW + LEASE });
  expect(await acquire('b', NOW + 1000)).toEqual({ granted: false, reason: 'held', until: NOW + LEASE });
});

test.for([
  ['nextAllowedAt', Date.UTC(2099, 0, 1)],
  ['nextAllowedAt', 'tomorrow'],
  ['blockedUntil', Date.UTC(2099, 0, 1)],
  ['blockedUntil', '1'],
] as const)('a %s of %j, which no tick writes, keeps nobody out', async ([name, value]) => {
  const { table, gate, acquire } = await prepareGate();
  await acquire('a');
  await gate.finish(reportOf('a'));
  await table.setControl(name, value);

  const answer = await acquire('b', NOW + 20_000);
  await gate.block(NOW + 90_000);

  expect(answer).toMatchObject({ granted: true, passedOver: { [name]: String(value) } });
  expect(await table.readControl()).toMatchObject({
    nextAllowedAt: NOW + 20_000 + LEASE,
    blockedUntil: NOW + 90_000,
  });
});

test('a table is accepted if the tracker still watches it as people saw it', async () => {
  const { table, gate, acquire } = await prepareGate();
  const watched = [
    { table: 'm1', since: 0 },
    { table: 'm2', since: NOW, title: 'Invoices', base: 'p1' },
  ];
  await acquire('a');
  const memory = { ...NOTHING_REMEMBERED, held: 7, givenUp: { startedAt: NOW } };
  await gate.finish(reportOf('a', { watched, source: 'two', memory, empty: true }));

  const other = await gate.acceptTable({ watched, source: 'one' });
  const same = await gate.acceptTable(await gate.watched());

  expect([other, same]).toEqual([false, true]);
  const control = await table.readControl();
  expect(control).toMatchObject({ watched: [{ ...watched[1], since: 0 }], emptyTicks: 0 });
  expect(control).not.toHaveProperty('held');
});

test('before the first tick there is no table to accept', async () => {
  const { table, gate } = await prepareGate();

  expect(await gate.acceptTable(await gate.watched())).toBe(false);
  expect(await table.readControl()).toBeUndefined();
});

test('a penalty is never shortened', async () => {
  const { table, gate } = await prepareGate();

  await Promise.all([gate.block(NOW + 60_000), gate.block(NOW + 30_000), gate.block(NOW + 45_000)]);

  expect((await table.readControl())?.blockedUntil).toBe(NOW + 60_000);
});

test('a tick that lost its lease writes nothing', async () => {
  const { table, gate, acquire } = await prepareGate();
  await acquire('slow');
  await acquire('b', NOW + LEASE);
  const before = await table.readControl();

  const finished = await gate.finish(reportOf('slow'));

  expect(finished).toBe(false);
  expect(await table.readControl()).toEqual(before);
});

test('a tick that never held the gate writes nothing', async () => {
  const { table, gate } = await prepareGate();

  expect(await gate.finish(reportOf('nobody'))).toBe(false);
  expect(await table.readControl()).toBeUndefined();
});

test('acquiring and finishing survive the loss of their answers, and count once', async () => {
  const { table } = await prepareGate();
  const proxy = await startLosingProxy();
  const gate = new DynamoControlItem({ tableName: table.tableName, client: emulatorClient(proxy.endpoint) });

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
  const { table, acquire } = await prepareGate();
  await table.setControl('layout', 3);

  await expect(acquire('a')).rejects.toThrow(LayoutTooNewError);
  await expect(acquire('a')).rejects.toThrow(/layout 3.*up to 2.*Deploy the newer version/);
  expect(await table.readControl()).toEqual({ pk: 'CONTROL', sk: 'GATE', layout: 3 });
});

test('who is refused learns since when everything is known', async () => {
  const { gate, acquire } = await prepareGate();
  await acquire('a');
  await gate.finish(reportOf('a', { lastSuccessAt: NOW }));

  expect(await acquire('b', NOW + 1)).toMatchObject({ granted: false, lastSuccessAt: NOW });
});

test('the source of the last tick that named one is remembered', async () => {
  const { gate, acquire } = await prepareGate();
  await acquire('a');
  await gate.finish(reportOf('a', { source: 'old' }));
  await acquire('b', NOW + 20_000);
  await gate.finish(reportOf('b', { nextAllowedAt: NOW + 30_000 }));

  expect(await acquire('c', NOW + 40_000)).toMatchObject({ granted: true, control: { source: 'old' } });
});

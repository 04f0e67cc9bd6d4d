import { expect, test } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { NO_COUNTERS, type TickMemory } from '../../lambda/tracker/control-state.ts';
import { NOW, prepareGate, reportOf } from './support/gate.ts';

test('remembers what a tick reports, and forgets what the next no longer reports', async () => {
  const { gate, acquire } = await prepareGate();
  const payment = { userId: '1', recordId: '500', partition: '3' };
  const memory: TickMemory = {
    bulkList: { supported: false, learnedAt: NOW },
    batchSize: { ids: 250, successes: 1, refused: { ids: 1000, at: NOW } },
    acceptedId: '17',
    sweep: { startedAt: NOW, counted: 3, after: payment, alone: 2, hasGap: true },
    sweptAt: NOW - 1,
    isPartial: true,
    news: { clockSkew: -5, query: { since: NOW, startedAt: NOW, after: '500' }, unsupportedAt: NOW },
    newcomers: { after: { ...payment, partition: 'new' } },
    withoutV2Since: NOW - 2,
    audit: {
      number: 4,
      startedAt: NOW,
      isRunning: true,
      after: payment,
      batchSize: { ids: 9, successes: 0 },
    },
    givenUp: { startedAt: NOW, isRunning: true, after: { ...payment, partition: 'invalid' }, alone: 1 },
    held: 3,
    month: ['2026-01', 7],
  };
  await acquire('a');
  await gate.finish(reportOf('a', { memory, lastSuccessAt: NOW + 5 }));

  const second = await acquire('b', NOW + 20_000);
  await gate.finish(reportOf('b', { now: NOW + 20_000, nextAllowedAt: NOW + 30_000 }));
  const third = await acquire('c', NOW + 40_000);

  expect(second).toMatchObject({ granted: true, control: { ...memory, lastSuccessAt: NOW + 5 } });
  const remembered = third.granted ? Object.keys(third.control) : [];
  expect(remembered).toContain('lastSuccessAt');
  expect(remembered.filter((name) => Object.hasOwn(memory, name))).toEqual([]);
  expect(third).toMatchObject({ control: { lastSuccessAt: NOW + 5 } });
});

test('removes what ticks of layout 1 remembered, and goes on with their counters', async () => {
  const { table, gate, acquire } = await prepareGate();
  await table.setControl('layout', 1);
  await table.setControl('cursor', { from: '500' });
  await table.setControl('round', { startedAt: NOW, answered: 3 });
  await table.setControl('updates', 7);

  const answer = await acquire('a');
  await gate.finish(reportOf('a'));

  expect(answer).toEqual({
    granted: true,
    control: { emptyTicks: 0, counters: { ...NO_COUNTERS, updates: 7 } },
  });
  const control = await table.readControl();
  expect(control).toMatchObject({ layout: 2, updates: 8 });
  expect(control).not.toHaveProperty('cursor');
  expect(control).not.toHaveProperty('round');
});

test('adds up the counters of all ticks', async () => {
  const { gate, acquire } = await prepareGate();
  for (const [index, owner] of ['a', 'b', 'c'].entries()) {
    await acquire(owner, NOW + index * 20_000);
    await gate.finish(reportOf(owner, { nextAllowedAt: NOW }));
  }

  expect(await acquire('d', NOW + 60_000)).toMatchObject({
    control: { counters: { ...NO_COUNTERS, updates: 3, confirmed: 24, requests: 3, requestsOk: 3 } },
  });
});

test('keeps the error of a failed tick until one succeeds', async () => {
  const { table, gate, acquire } = await prepareGate();
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
  const { gate, acquire } = await prepareGate();
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
  const { table, gate, acquire } = await prepareGate();
  await table.setControl('emptyTicks', 2);
  await acquire('a');

  await new DynamoControlItem(table).clearEmptyTicks();
  await gate.finish(reportOf('a', { empty: true }));

  expect((await table.readControl())?.emptyTicks).toBe(1);
});

test('a wake-up reads the empty ticks, and clears nothing where there is no tick yet', async () => {
  const { table, gate, acquire } = await prepareGate();
  const rest = new DynamoControlItem(table);

  await rest.clearEmptyTicks();
  const beforeAnyTick = await rest.emptyTicks();
  await acquire('a');
  const duringFirst = await rest.emptyTicks();
  await gate.finish(reportOf('a', { empty: true }));
  const afterEmpty = await rest.emptyTicks();
  await rest.clearEmptyTicks();

  expect([beforeAnyTick, duringFirst, afterEmpty, await rest.emptyTicks()]).toEqual([undefined, 0, 1, 0]);
});

import { expect, test } from 'vitest';
import { DynamoControlItem } from '../../lambda/table/control-item.ts';
import { prepareGate, reportOf } from './support/gate.ts';

/** A rest state whose control item tells of so many empty ticks. */
async function prepareRest(emptyTicks: number) {
  const { table, gate, acquire } = await prepareGate();
  let now: number | undefined;
  for (let tick = 0; tick < emptyTicks; tick++) {
    const owner = `tick ${tick}`;
    await acquire(owner, now);
    const report = reportOf(owner, { empty: true });
    await gate.finish(report);
    now = report.nextAllowedAt;
  }
  return { table, gate, acquire, rest: new DynamoControlItem(table) };
}

test('knows nothing before the first tick, and creates no control item', async () => {
  const { table, rest } = await prepareRest(0);

  expect(await rest.emptyTicks()).toBeUndefined();
  await rest.clearEmptyTicks();
  expect(await table.readControl()).toBeUndefined();
});

test('has no empty ticks while the first tick is under way', async () => {
  const { acquire, rest } = await prepareRest(0);
  await acquire('first');

  expect(await rest.emptyTicks()).toBe(0);
});

test('counts the empty ticks and clears them', async () => {
  const { rest } = await prepareRest(3);

  expect(await rest.emptyTicks()).toBe(3);
  await rest.clearEmptyTicks();
  expect(await rest.emptyTicks()).toBe(0);
});

test('a tick that was under way counts from the cleared state on', async () => {
  const { gate, acquire, rest } = await prepareRest(3);
  await acquire('under way', reportOf('any').nextAllowedAt);
  await rest.clearEmptyTicks();

  await gate.finish(reportOf('under way', { empty: true }));

  expect(await rest.emptyTicks()).toBe(1);
});

test('clears nothing but the count', async () => {
  const { table, rest } = await prepareRest(2);
  const before = await table.readControl();

  await rest.clearEmptyTicks();

  expect(await table.readControl()).toEqual({ ...before, emptyTicks: 0 });
});

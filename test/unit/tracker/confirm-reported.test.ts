import { expect, it, vi } from 'vitest';
import {
  type ConfirmReportedDependencies,
  confirmReported,
} from '../../../lambda/tracker/confirm-reported.ts';
import { TableWriteFailedError } from '../../../lambda/tracker/errors.ts';
import { harness } from './harness.ts';

const WATCHED = [
  { table: 'm1', since: 0 },
  { table: 'm2', since: 5_000 },
];

async function prepare() {
  const world = harness();
  const { table, clock, events } = world;
  clock.set(1_000);
  await world.pending('alice', '1');
  const watched = vi.fn(async () => ({ watched: WATCHED }));
  const noteReport = vi.fn(async () => {});
  const report = (
    records: Parameters<typeof confirmReported>[0],
    changes: Partial<ConfirmReportedDependencies> = {},
  ) =>
    confirmReported(records, {
      table: { id: 'm1', comparesOwners: false },
      watchedTables: { watched },
      payments: table.payments,
      reports: { noteReport },
      clock,
      observe: (event) => events.push(event),
      ...changes,
    });
  return { ...world, watched, noteReport, report };
}

const PAID = { recordId: '1', paid: true };

it('confirms the payments of paid records, and notes that the webhook reports', async () => {
  const { report, table, events, noteReport } = await prepare();

  expect(await report([PAID, { recordId: '2', paid: false }])).toStrictEqual({
    confirmed: 1,
    ownerMismatches: 0,
  });

  expect(table.item('alice', '1')).toMatchObject({ status: 'paid', paidAt: 1_000 });
  expect(events).toEqual([
    { type: 'payment.confirmed', payment: { userId: 'alice', recordId: '1' }, paidAt: 1_000, by: 'webhook' },
  ]);
  expect(noteReport).toHaveBeenCalledExactlyOnceWith(1, 1_000);
});

it('notes a report of a paid record that nobody waits for', async () => {
  const { report, noteReport } = await prepare();

  await report([{ recordId: '9', paid: true }]);

  expect(noteReport).toHaveBeenCalledExactlyOnceWith(0, 1_000);
});

it('notes nothing, and looks nothing up, without a paid record whose id a payment can have', async () => {
  const { report, noteReport, table } = await prepare();
  const ofRecord = vi.spyOn(table.payments, 'ofRecord');

  await report([
    { recordId: '1', paid: false },
    { recordId: 'a b', paid: true },
  ]);

  expect(ofRecord).not.toHaveBeenCalled();
  expect(noteReport).not.toHaveBeenCalled();
});

it('confirms nobody who was tracked under another table', async () => {
  const { report, table, clock, pending } = await prepare();
  clock.set(6_000);
  await pending('bob', '1');

  await report([PAID], { table: { id: 'm2', comparesOwners: false } });

  expect([table.status('alice', '1'), table.status('bob', '1')]).toEqual(['pending', 'paid']);
});

it.each([
  ['owners are compared', { table: { id: 'm1', comparesOwners: true } }, PAID],
  ['nobody waits', {}, { recordId: '9', paid: true }],
])('does not ask which tables were watched when %s', async (_, changes, record) => {
  const { report, watched } = await prepare();

  await report([record], changes);

  expect(watched).not.toHaveBeenCalled();
});

it('counts records of other owners', async () => {
  const { report } = await prepare();

  expect(await report([{ ...PAID, owner: 'mallory' }])).toStrictEqual({ confirmed: 0, ownerMismatches: 1 });
});

it('begins no write after 8 seconds, and says so', async () => {
  const { report, table, clock, pending, noteReport } = await prepare();
  await pending('bob', '2');
  const ofRecord = table.payments.ofRecord.bind(table.payments);
  const slow = vi.spyOn(table.payments, 'ofRecord');
  slow.mockImplementationOnce(async (recordId) => {
    clock.advance(7_999);
    return ofRecord(recordId);
  });
  expect(await report([{ recordId: '2', paid: true }])).toMatchObject({ confirmed: 1 });
  slow.mockImplementationOnce(async (recordId) => {
    clock.advance(8_000);
    return ofRecord(recordId);
  });

  const ended = report([PAID]);

  await expect(ended).rejects.toThrow(TableWriteFailedError);
  await expect(ended).rejects.toThrow(
    'write payments [payments table]: there was no time to write 1 payments. Nothing is lost: the next tick confirms them.',
  );
  expect(noteReport).toHaveBeenCalledTimes(2);
});

it('tells that a write failed', async () => {
  const { report, table } = await prepare();
  vi.spyOn(table.payments, 'confirm').mockRejectedValue(new Error('throttled'));

  await expect(report([PAID])).rejects.toThrow('1 of the payments could not be written');
});

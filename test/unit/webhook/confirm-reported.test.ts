import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harness, requestOf, row, updateEvent } from './harness.ts';

const ids = fc.constantFrom('1', '2', '3', '4', 'rec_5');
const users = fc.constantFrom('12345', '67890');
const records = fc.uniqueArray(
  fc.record({
    id: ids,
    before: fc.constantFrom(0, 1, null, false, true, 'no'),
    after: fc.constantFrom(0, 1, null, false, true, 'yes', 'no'),
    owner: fc.option(fc.oneof(users, fc.constant(12345))),
    reported: fc.boolean(),
  }),
  { selector: ({ id }) => id },
);
const payments = fc.uniqueArray(fc.record({ userId: users, recordId: ids }), {
  selector: ({ userId, recordId }) => `${userId}#${recordId}`,
});

const isPaid = (value: unknown) => value === 1 || value === true || value === 'yes';

test('a payment is confirmed if its own record became paid and belongs to its user, and only then', async () => {
  await fc.assert(
    fc.asyncProperty(records, payments, async (changed, tracked) => {
      const { table, handle } = await harness({ NOCODB_OWNER_FIELD: 'TG ID' });
      for (const { userId, recordId } of tracked) await table.track(userId, recordId);
      const rows = changed
        .filter(({ reported }) => reported)
        .map(({ id, after, owner }) => row(id, { Paid: after, 'TG ID': owner }));
      const previous = changed.map(({ id, before, owner }) => row(id, { Paid: before, 'TG ID': owner }));

      // NocoDB sends the two in no defined order.
      await handle(requestOf(updateEvent(rows.reverse(), previous)));

      for (const { userId, recordId } of tracked) {
        const record = changed.find(({ id }) => id === recordId);
        const becamePaid = record?.reported && isPaid(record.after) && !isPaid(record.before);
        const expected = becamePaid && String(record?.owner) === userId ? 'paid' : 'pending';
        expect(table.status(userId, recordId)).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});

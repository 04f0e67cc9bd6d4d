import { expect, onTestFinished, test } from 'vitest';
import { context, openSource } from './contract/adapter.ts';
import { call } from './contract/call.ts';
import { insert, update } from './contract/seed.ts';
import { openReal } from './real-target.ts';

test.each(['sqlite', 'postgres'] as const)(
  'changes are found on %s after all fields that tell of them were renamed',
  { timeout: 120_000 },
  async (database) => {
    const target = await openReal({ database });
    onTestFinished(() => target.stop());
    const source = openSource(target, {
      NOCODB_ID_FIELD: target.columns.Id ?? '',
      NOCODB_PAID_FIELD: target.columns.Paid ?? '',
    });
    const query = { since: Date.now() - 60_000, limit: 1000 };
    const [created, changed = 0] = await insert(target, [{ Paid: true }, {}]);
    const before = await source.listChanged(query, context());
    for (const title of ['CreatedAt', 'UpdatedAt']) {
      const path = `/api/v2/meta/columns/${target.columns[title]}`;
      const uidt = title === 'CreatedAt' ? 'CreatedTime' : 'LastModifiedTime';
      const body = { title: `${title} (renamed)`, column_name: title, uidt };
      expect(await call(target, 'PATCH', path, { body })).toMatchObject({ status: 200 });
    }
    await update(target, changed, { Paid: true });

    const known = await source.listChanged(query, context());
    const lookedUp = await openSource(target).listChanged(query, context());

    expect(before.records).toEqual([{ recordId: String(created), paid: true }]);
    expect(known.records.map(({ recordId }) => Number(recordId))).toEqual([created, changed]);
    expect(lookedUp.records).toEqual(known.records);
  },
);

import { describe, expect, it } from 'vitest';
import type { ChangeQuery } from '../../../lambda/tracker/record-source.ts';
import { context, openSource } from './adapter.ts';
import { call, idsWhere, list, recordsPath } from './call.ts';
import { insert, update } from './seed.ts';
import type { TargetOf } from './target.ts';

const HOUR = 3_600_000;

/** Tests lists of the records that were changed or created since a moment. @param isOld whether NocoDB is without API v3 */
export function describeChanges(targetOf: TargetOf, isOld = false): void {
  /** When a record was created or changed, epoch milliseconds. */
  async function timeOf(id: number | undefined, title: 'CreatedAt' | 'UpdatedAt'): Promise<number> {
    const { body } = await call(targetOf(), 'GET', `${recordsPath(targetOf())}/${id}?fields=${title}`);
    return Date.parse(body[title]);
  }

  /** The page of changes behind the record before this one: earlier tests changed records too. */
  function changedFrom(first: number | undefined, query: Partial<ChangeQuery> = {}, variables = {}) {
    const after = String((first ?? 0) - 1);
    const whole = { since: Date.now() - HOUR, after, limit: 1000, ...query };
    return openSource(targetOf(), variables).listChanged(whole, context());
  }

  const idsOf = ({ records }: { readonly records: readonly { readonly recordId: string }[] }) =>
    records.map(({ recordId }) => Number(recordId));

  describe('a list of records by their times', () => {
    it('compares whole seconds of UTC, the second itself included', async () => {
      const [id] = await insert(targetOf(), [{ Paid: true }]);
      const second = await timeOf(id, 'CreatedAt');
      const createdSince = (milliseconds: number) => {
        const time = `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
        return idsWhere(targetOf(), `(Id,eq,${id})~and(CreatedAt,ge,exactDate,${time})`);
      };

      expect(await createdSince(second - 1000)).toEqual([id]);
      expect(await createdSince(second)).toEqual([id]);
      expect(await createdSince(second + 1000)).toEqual([]);
    });

    it('takes no time without exactDate', async () => {
      const where = encodeURIComponent('(UpdatedAt,ge,2026-01-01 00:00:00+00:00)');

      expect(await list(targetOf(), `where=${where}`)).toMatchObject({ status: 422 });
    });

    it('finds by the time of change only what was changed after its creation', async () => {
      const [changed, created] = await insert(targetOf(), [{}, { Paid: true }]);
      await update(targetOf(), changed as number, { Paid: true });
      const among = `(Id,in,${changed},${created})`;
      const time = '2026-01-01 00:00:00+00:00';

      expect(await idsWhere(targetOf(), `${among}~and(UpdatedAt,ge,exactDate,${time})`)).toEqual([changed]);
      expect(await idsWhere(targetOf(), `${among}~and(CreatedAt,ge,exactDate,${time})`)).toEqual([
        changed,
        created,
      ]);
    });
  });

  describe('the changed records of the record source', () => {
    it('are those that were paid by a change, and those that were created as paid', async () => {
      const ids = await insert(targetOf(), [{}, { Paid: true }, {}, { Paid: true }, {}]);
      const [paid, created, changed, unpaid, untouched] = ids as [number, number, number, number, number];
      await update(targetOf(), paid, { Paid: true });
      await update(targetOf(), changed, { Title: 'changed, but not paid' });
      await update(targetOf(), unpaid, { Paid: false });

      const page = await changedFrom(ids[0]);

      const expected = [paid, created].map((id) => ({ recordId: String(id), paid: true }));
      expect(page).toEqual({ records: expected, isLastPage: true, serverTime: expect.any(Number) });
      expect(Math.abs((page.serverTime ?? 0) - Date.now())).toBeLessThan(10_000);
      expect(idsOf(page)).not.toContain(untouched);
    });

    it('are those of several that one call changed', async () => {
      const ids = await insert(targetOf(), [{}, {}, {}]);
      const body = ids.slice(1).map((Id) => ({ Id, Paid: true }));
      await call(targetOf(), 'PATCH', recordsPath(targetOf()), { body });

      expect(idsOf(await changedFrom(ids[0]))).toEqual(ids.slice(1));
    });

    it('are asked for since a whole second, itself included', async () => {
      const [created, changed] = await insert(targetOf(), [{ Paid: true }, {}]);
      await update(targetOf(), changed as number, { Paid: true });
      const createdAt = await timeOf(created, 'CreatedAt');
      const changedAt = await timeOf(changed, 'UpdatedAt');

      expect(idsOf(await changedFrom(created, { since: createdAt }))).toEqual([created, changed]);
      expect(idsOf(await changedFrom(created, { since: createdAt + 999 }))).toContain(created);
      expect(idsOf(await changedFrom(created, { since: changedAt + 999 }))).toContain(changed);
      expect(idsOf(await changedFrom(created, { since: createdAt + 1000 }))).not.toContain(created);
      expect(idsOf(await changedFrom(created, { since: changedAt + 1000 }))).toEqual([]);
    });

    it('are none since a moment that is still to come, and none behind the last', async () => {
      const [id = 0] = await insert(targetOf(), [{ Paid: true }]);

      for (const query of [{ since: Date.now() + HOUR }, { after: String(id) }]) {
        const page = await changedFrom(id, query);
        expect(page).toEqual({ records: [], isLastPage: true, serverTime: expect.any(Number) });
      }
    });

    it('are paged by their ids, also where the server cuts the pages', async () => {
      const target = targetOf();
      const limit = target.pageCap === 1000 ? 3 : target.pageCap + 1;
      const records = Array.from({ length: 2 * limit }, (_, index) => ({ Paid: index % 5 !== 0 }));
      const ids = await insert(target, records);
      const pages: number[][] = [];
      let after: string | undefined = String((ids[0] ?? 0) - 1);

      while (after !== undefined) {
        const page = await changedFrom(ids[0], { after, limit });
        pages.push(idsOf(page));
        after = page.isLastPage ? undefined : page.records.at(-1)?.recordId;
      }

      expect(pages.flat()).toEqual(ids.filter((_, index) => index % 5 !== 0));
      expect(pages.length).toBeGreaterThan(1);
      expect(Math.max(...pages.map((page) => page.length))).toBe(Math.min(limit, target.pageCap));
    });

    it.skipIf(isOld)(
      'are found by the ids of the fields and the values of a select, with their owner',
      async () => {
        const { columns } = targetOf();
        const ids = await insert(targetOf(), [
          { Status: 'Paid', 'TG ID': '7' },
          { Status: 'Pending' },
          { Status: "it's (paid)" },
        ]);

        const { records } = await changedFrom(
          ids[0],
          {},
          {
            NOCODB_ID_FIELD: columns.Id,
            NOCODB_PAID_FIELD: columns.Status,
            NOCODB_PAID_VALUES: "Paid,it's (paid)",
            NOCODB_OWNER_FIELD: columns['TG ID'],
          },
        );

        expect(records).toEqual([
          { recordId: String(ids[0]), paid: true, owner: '7' },
          { recordId: String(ids[2]), paid: true, owner: null },
        ]);
      },
    );
  });
}

import { describe, expect, it } from 'vitest';
import { call, idsWhere, list, recordsPath } from './call.ts';
import { insert, insertOne } from './seed.ts';
import type { TargetOf } from './target.ts';

/** Tests lists of records. */
export function describeListing(targetOf: TargetOf): void {
  describe('a list of records', () => {
    it('holds the asked records ordered by id, with the asked fields only, and says whether it is all', async () => {
      const target = targetOf();
      const ids = await insert(target, [{ Paid: true }, { Paid: false }, { Paid: true }]);

      const where = `(Id,in,${ids.toReversed().join(',')})`;
      const { status, body } = await list(target, `where=${where}&fields=Paid,Id&limit=100`);

      const [yes, no] = target.database === 'sqlite' ? [1, 0] : [true, false];
      expect(status).toBe(200);
      expect(body).toEqual({
        list: [
          { Id: ids[0], Paid: yes },
          { Id: ids[1], Paid: no },
          { Id: ids[2], Paid: yes },
        ],
        pageInfo: { totalRows: 3, page: 1, pageSize: 100, isFirstPage: true, isLastPage: true },
      });
    });

    it('leaves out ids that do not exist', async () => {
      const target = targetOf();
      const [id] = await insert(target, [{}]);

      const { body } = await list(target, `where=(Id,in,${id},2000000001)&fields=Id`);

      expect(body.list).toEqual([{ Id: id }]);
      expect(body.pageInfo).toMatchObject({ totalRows: 1, isLastPage: true });
    });

    it('finds ticked boxes by checked and the others by notchecked', async () => {
      const target = targetOf();
      const [paid, unpaid, untouched] = await insert(target, [
        { Paid: true },
        { Paid: false },
        { Paid: null },
      ]);
      const among = `(Id,in,${paid},${unpaid},${untouched})`;

      expect(await idsWhere(target, `${among}~and(Paid,checked)`)).toEqual([paid]);
      expect(await idsWhere(target, `${among}~and(Paid,notchecked)`)).toEqual([unpaid, untouched]);
    });

    it('finds ticked boxes by (Paid,eq,true) on PostgreSQL alone', async () => {
      const target = targetOf();
      const [paid] = await insert(target, [{ Paid: true }]);

      const found = await idsWhere(target, `(Id,in,${paid})~and(Paid,eq,true)`);

      expect(found).toEqual(target.database === 'sqlite' ? [] : [paid]);
    });

    it('shows a box that nobody touched as unticked, or as null beside others that were', async () => {
      const target = targetOf();
      const alone = await insertOne(target, { Title: 'alone' });
      const [beside] = await insert(target, [{ Title: 'beside' }, { Paid: true }]);

      const { body } = await list(target, `where=(Id,in,${alone},${beside})&fields=Paid`);

      const shown = target.database === 'sqlite' ? [0, 0] : [false, null];
      expect(body.list.map(({ Paid }: { Paid: unknown }) => Paid)).toEqual(shown);
    });

    it('keeps a text in a box on SQLite, where neither checked nor notchecked finds it', async () => {
      const target = targetOf();
      const ids = await insert(target, [{ Paid: 'yes' }, { Paid: 'false' }, { Paid: '1' }]);
      const among = `(Id,in,${ids.join(',')})`;

      const { body } = await list(target, `where=${among}&fields=Paid`);
      const checked = await idsWhere(target, `${among}~and(Paid,checked)`);
      const notChecked = await idsWhere(target, `${among}~and(Paid,notchecked)`);

      const shown = body.list.map(({ Paid }: { Paid: unknown }) => Paid);
      const isSqlite = target.database === 'sqlite';
      expect(shown).toEqual(isSqlite ? ['yes', 'false', 1] : [true, false, true]);
      expect(checked).toEqual(isSqlite ? [ids[2]] : [ids[0], ids[2]]);
      expect(notChecked).toEqual(isSqlite ? [] : [ids[1]]);
    });

    it('has 25 records when no sensible limit is asked for', async () => {
      const target = targetOf();
      const ids = await insert(
        target,
        Array.from({ length: 26 }, () => ({})),
      );

      for (const limit of ['', '&limit=0', '&limit=-1', '&limit=abc']) {
        const { body } = await list(target, `where=(Id,in,${ids.join(',')})&fields=Id${limit}`);
        expect(body.list).toHaveLength(25);
        expect(body.pageInfo).toMatchObject({ totalRows: 26, pageSize: 25, isLastPage: false });
      }
    });

    it('is cut at the cap of the server without a word', async () => {
      const target = targetOf();
      const { pageCap } = target;
      await insert(
        target,
        Array.from({ length: pageCap + 1 }, () => ({})),
      );

      const { body } = await list(target, `fields=Id&limit=${pageCap + 1}`);

      expect(body.list).toHaveLength(pageCap);
      expect(body.pageInfo).toMatchObject({ pageSize: pageCap, isFirstPage: true, isLastPage: false });
    });

    it('continues at an offset, best at a multiple of the limit, and refuses one beyond the end', async () => {
      const target = targetOf();
      const ids = await insert(target, [{}, {}, {}]);
      const where = `where=(Id,in,${ids.join(',')})&fields=Id&limit=2`;

      const last = await list(target, `${where}&offset=2`);
      const odd = await list(target, `${where}&offset=1`);
      const beyond = await list(target, `${where}&offset=3`);

      expect(last.body.list).toEqual([{ Id: ids[2] }]);
      expect(last.body.pageInfo).toMatchObject({ page: 2, isFirstPage: false, isLastPage: true });
      expect(odd.body.pageInfo).toEqual({
        totalRows: 3,
        offset: 1,
        pageSize: 2,
        isFirstPage: false,
        isLastPage: false,
      });
      expect(beyond.status).toBe(422);
      expect(beyond.body).toEqual({
        error: 'ERR_INVALID_OFFSET_VALUE',
        message: "Offset value '3' is invalid",
      });
    });

    it('can be sorted, and begin after an id', async () => {
      const target = targetOf();
      const ids = await insert(target, [{}, {}, {}]);

      const down = await list(target, `where=(Id,in,${ids.join(',')})&fields=Id&sort=-Id`);
      const after = await idsWhere(target, `(Id,in,${ids.join(',')})~and(Id,gt,${ids[0]})`);

      expect(down.body.list.map(({ Id }: { Id: number }) => Id)).toEqual(ids.toReversed());
      expect(after).toEqual(ids.slice(1));
    });

    it('takes ids of columns in place of their titles, and answers with the titles', async () => {
      const target = targetOf();
      const { columns } = target;
      const [id] = await insert(target, [{ Paid: true, 'TG ID': '4711' }]);

      const where = `(${columns.Id},in,${id})~and(${columns.Paid},checked)~and(${columns['TG ID']},in,4711)`;
      const { body } = await list(target, `where=${where}&fields=${columns.Id},${columns['TG ID']}`);

      expect(body.list).toEqual([{ Id: id, 'TG ID': '4711' }]);
    });

    it('compares the texts after in exactly, whatever stands in them but a comma', async () => {
      const target = targetOf();
      const titles = ['Paid', 'paid', "it's (paid)", 'say "paid"', ' Paid', 'ü 📍', 'back\\slash'];
      const ids = await insert(
        target,
        titles.map((Title) => ({ Title })),
      );
      const among = `(Id,in,${ids.join(',')})`;

      for (const [index, title] of titles.entries()) {
        expect(await idsWhere(target, `${among}~and(Title,in,${title})`)).toEqual([ids[index]]);
      }
      expect(await idsWhere(target, `${among}~and(Title,in,Paid,ü 📍)`)).toEqual([ids[0], ids[5]]);
      expect(await idsWhere(target, `${among}~and(Title,in,"Paid")`)).toEqual([]);
    });

    it('compares the options of a select exactly, and finds nothing for one that does not exist', async () => {
      const target = targetOf();
      const ids = await insert(
        target,
        ['Paid', 'Succeeded', 'Pending', "it's (paid)"].map((Status) => ({ Status })),
      );
      const among = `(Id,in,${ids.join(',')})`;

      expect(await idsWhere(target, `${among}~and(Status,in,Paid,Succeeded)`)).toEqual(ids.slice(0, 2));
      expect(await idsWhere(target, `${among}~and(Status,in,it's (paid))`)).toEqual([ids[3]]);
      expect(await idsWhere(target, `${among}~and(Status,in,Nope)`)).toEqual([]);
    });

    it('understands ~or and groups', async () => {
      const target = targetOf();
      const [one, two, three] = await insert(target, [{ Paid: true }, { Paid: true }, { Paid: false }]);

      expect(await idsWhere(target, `(Id,eq,${one})~or(Id,eq,${three})`)).toEqual([one, three]);
      expect(await idsWhere(target, `((Id,eq,${two})~or(Id,eq,${three}))~and(Paid,checked)`)).toEqual([two]);
    });

    it('is reached in any letter case, with a slash at the end, and with a bearer token', async () => {
      const target = targetOf();
      const path = recordsPath(target);

      const upper = await call(target, 'GET', `${path.replace('records', 'RECORDS')}/?limit=1`);
      const bearer = await fetch(`${target.url}${path}?limit=1`, {
        headers: { authorization: `Bearer ${target.token}` },
      });

      expect(upper.status).toBe(200);
      expect(bearer.status).toBe(200);
    });
  });
}

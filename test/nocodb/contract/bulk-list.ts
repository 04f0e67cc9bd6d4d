import { describe, expect, it } from 'vitest';
import { bulkListPath, call, callRefused } from './call.ts';
import { insert } from './seed.ts';
import type { TargetOf } from './target.ts';

/** Tests `POST …/bulk/datalist`: several lists in one request. It is not in NocoDB's public documentation. */
export function describeBulkList(targetOf: TargetOf): void {
  const ask = (body: unknown, token?: string) =>
    call(targetOf(), 'POST', bulkListPath(targetOf()), { body, ...(token !== undefined && { token }) });

  describe('a bulk list', () => {
    it('answers 201 with a page under each alias', async () => {
      const [one, two] = await insert(targetOf(), [{ Paid: true }, { Paid: false }]);

      const { status, body } = await ask([
        { alias: 'q0', where: `(Id,in,${one},${two})~and(Paid,checked)`, fields: 'Id', limit: 50 },
        { alias: 'q1', where: `(Id,in,${two})`, fields: 'Id', limit: 50 },
      ]);

      const pageInfo = { totalRows: 1, page: 1, pageSize: 50, isFirstPage: true, isLastPage: true };
      expect(status).toBe(201);
      expect(body).toEqual({ q0: { list: [{ Id: one }], pageInfo }, q1: { list: [{ Id: two }], pageInfo } });
    });

    it('has a limit and an offset for each alias, as numbers or texts, cut at the cap of the server', async () => {
      const target = targetOf();
      const ids = await insert(
        target,
        Array.from({ length: target.pageCap + 2 }, () => ({})),
      );
      const where = `(Id,in,${ids.join(',')})`;

      const { body } = await ask([
        { alias: 'two', where, fields: 'Id', limit: 2 },
        { alias: 'text', where, fields: 'Id', limit: '2', offset: '2' },
        { alias: 'most', where, fields: 'Id', limit: 100_000 },
        { alias: 'none', where, fields: 'Id' },
      ]);

      expect(body.two.list).toEqual([{ Id: ids[0] }, { Id: ids[1] }]);
      expect(body.text.list).toEqual([{ Id: ids[2] }, { Id: ids[3] }]);
      expect(body.most.list).toHaveLength(target.pageCap);
      expect(body.most.pageInfo).toMatchObject({ totalRows: ids.length, isLastPage: false });
      expect(body.none.list).toHaveLength(25);
    });

    it('takes ids of columns in place of their titles', async () => {
      const { columns } = targetOf();
      const [id] = await insert(targetOf(), [{ Paid: true }]);

      const { body } = await ask([
        { alias: 'q0', where: `(${columns.Id},in,${id})~and(${columns.Paid},checked)`, fields: columns.Id },
      ]);

      expect(body.q0.list).toEqual([{ Id: id }]);
    });

    it('takes 100,000 ids in one request', async () => {
      const [id = 0] = await insert(targetOf(), [{ Paid: true }]);
      const queries = Array.from({ length: 100 }, (_, index) => {
        const ids = Array.from({ length: 1000 }, (_, at) => id + index * 1000 + at);
        return { alias: `q${index}`, where: `(Id,in,${ids.join(',')})~and(Paid,checked)`, fields: 'Id' };
      });

      const { status, body } = await ask(queries);

      expect(status).toBe(201);
      expect(Object.keys(body)).toHaveLength(100);
      expect(body.q0.list).toContainEqual({ Id: id });
    });

    it('refuses a body without a query', async () => {
      for (const body of [[], {}]) {
        expect(await ask(body)).toMatchObject({ status: 400, body: { msg: 'Invalid bulkFilterList' } });
      }
    });

    it('refuses as a list does: unknown fields, tables, tokens and strangers', async () => {
      const unknown = '/api/v2/tables/mzzzzzzzzzzzzzz/bulk/datalist';
      const query = [{ alias: 'q0', fields: 'Id' }];

      const answers = [
        await ask([{ alias: 'q0', fields: 'Id,Nope' }]),
        await ask([{ alias: 'q0', where: '(Nope,eq,1)' }]),
        await call(targetOf(), 'POST', unknown, { body: query }),
        await ask(query, 'no-such-token'),
        await ask(query, targetOf().strangerToken),
      ];

      expect(answers.map(({ status, body }) => [status, body.error ?? body.msg])).toEqual([
        [404, 'ERR_FIELD_NOT_FOUND'],
        [422, "Column alias 'Nope' not found."],
        [404, 'ERR_TABLE_NOT_FOUND'],
        [401, 'ERR_AUTHENTICATION_REQUIRED'],
        [403, 'ERR_FORBIDDEN'],
      ]);
    });

    it('fails as a whole for one poisonous id on PostgreSQL, and ignores it on SQLite', async () => {
      const target = targetOf();
      const [id] = await insert(target, [{}]);
      const body = [
        { alias: 'good', where: `(Id,in,${id})`, fields: 'Id' },
        { alias: 'bad', where: `(Id,in,${id},rec_abc)`, fields: 'Id' },
      ];

      const reply = await callRefused(target, 'POST', bulkListPath(target), { body });

      if (target.database === 'sqlite') {
        expect(reply.status).toBe(201);
        expect(reply.body.bad.list).toEqual([{ Id: id }]);
      } else {
        expect(reply).toMatchObject({
          status: 400,
          body: { error: 'ERR_DATABASE_OP_FAILED', code: '22P02' },
        });
      }
    });

    it('looks, with another method, like a path that is not there', async () => {
      const reply = await call(targetOf(), 'GET', bulkListPath(targetOf()));

      expect(reply).toMatchObject({ status: 404, body: { msg: `Cannot GET ${bulkListPath(targetOf())}` } });
    });
  });
}

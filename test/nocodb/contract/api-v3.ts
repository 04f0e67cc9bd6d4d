import { describe, expect, it } from 'vitest';
import { dialectV3 } from '../../../lambda/nocodb/dialect-v3.ts';
import { type CallOptions, call, callRefused } from './call.ts';
import { insert, update } from './seed.ts';
import type { TargetOf } from './target.ts';

/** Tests what the tracker depends on of API v3, over plain HTTP. */
export function describeApiV3(targetOf: TargetOf): void {
  const recordsPath = () => `/api/v3/data/${targetOf().baseId}/${targetOf().tableId}/records`;
  const basePath = () => `/api/v3/meta/bases/${targetOf().baseId}`;
  const list = (query: string, options?: CallOptions) =>
    call(targetOf(), 'GET', `${recordsPath()}?${query}`, options);
  const send = (method: string, body: unknown) => call(targetOf(), method, recordsPath(), { body });
  const idsOf = ({ body }: Awaited<ReturnType<typeof list>>) =>
    body.records.map(({ id }: { id: number }) => id);

  describe('a list of records in v3', () => {
    it('holds the key beside the fields, and a box as a boolean or null', async () => {
      const ids = await insert(targetOf(), [{ Paid: true }, { Paid: false }, { Paid: null }]);
      const sort = encodeURIComponent('[{"field":"Id","direction":"asc"}]');

      const reply = await list(`where=(Id,in,${ids})&fields=Id,Paid,TG%20ID&sort=${sort}&pageSize=100`);

      expect(reply.status).toBe(200);
      expect(reply.body.records).toEqual(
        [true, false, null].map((Paid, index) => ({ id: ids[index], fields: { Paid, 'TG ID': null } })),
      );
      expect(reply.body.next ?? null).toBeNull();
    });

    it('says by next that it is not the last page', async () => {
      const ids = await insert(targetOf(), [{}, {}, {}]);
      const query = `where=(Id,in,${ids})&fields=Paid&pageSize=2`;

      const first = await list(query);
      const second = await list(`${query}&page=2`);

      expect(new URL(first.body.next).searchParams.get('page')).toBe('2');
      expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(ids);
      expect(second.body.next ?? null).toBeNull();
    });

    it('is cut at the cap of the server, and says that it is not the last page', async () => {
      const { pageCap } = targetOf();
      await insert(
        targetOf(),
        Array.from({ length: pageCap + 1 }, () => ({})),
      );

      const { body } = await list(`fields=Id&pageSize=${pageCap + 1}`);

      expect(body.records).toHaveLength(pageCap);
      expect(body.next).toEqual(expect.any(String));
    });

    it('has the filters of v2, with the titles or ids of fields', async () => {
      const { columns } = targetOf();
      const ids = await insert(targetOf(), [{ Paid: true }, {}, { Status: "it's (paid)" }]);
      const [paid, unpaid, other] = ids;
      const among = `(Id,in,${ids},2000000001)`;
      const time = encodeURIComponent('exactDate,2026-01-01 00:00:00+00:00');
      await update(targetOf(), unpaid as number, { Title: 'changed' });

      const found = async (where: string) => idsOf(await list(`where=${where}&fields=Id`));

      expect(await found(`${among}~and(Paid,checked)`)).toEqual([paid]);
      expect(await found(`${among}~and(Paid,notchecked)`)).toEqual([unpaid, other]);
      expect(await found(`(${columns.Id},in,${ids})~and(${columns.Paid},checked)`)).toEqual([paid]);
      expect(await found(`${among}~and(Id,gt,${paid})`)).toEqual([unpaid, other]);
      expect(await found(`${among}~and(UpdatedAt,ge,${time})`)).toEqual([unpaid]);
      expect(await found(`((UpdatedAt,ge,${time})~or(CreatedAt,ge,${time}))~and${among}`)).toEqual(ids);
    });

    it('has quotes in its filters, which parentheses and quotes need', async () => {
      const titles = ["it's (paid)", 'say "paid"', 'Paid (cash)', 'Paid', 'ü 📍', ' Paid', 'back\\slash'];
      const ids = await insert(
        targetOf(),
        titles.map((Title) => ({ Title, 'TG ID': '7' })),
      );
      const among = `(Id,in,${ids})~and("TG ID",in,"7")`;
      const ask = (where: string) => list(`where=${encodeURIComponent(where)}&fields=Id`);
      const { quote } = dialectV3(targetOf(), targetOf().baseId);

      for (const [index, title] of titles.entries()) {
        expect(idsOf(await ask(`${among}~and(Title,in,${quote(title)})`))).toEqual([ids[index]]);
      }
      expect(idsOf(await ask(`${among}~and(Title,in,${titles.slice(0, 4).map(quote)})`))).toEqual(
        ids.slice(0, 4),
      );
      for (const title of titles.slice(0, 3)) {
        expect(await ask(`(Title,in,${title})`)).toMatchObject({
          status: 422,
          body: { error: 'ERR_INVALID_FILTER' },
        });
      }
    });

    it('is refused with a code, mostly in a 422', async () => {
      const { baseId, tableId, strangerToken } = targetOf();
      const table = '/api/v3/data';
      const time = encodeURIComponent('2026-01-01 00:00:00+00:00');

      const answers = [
        await list('pageSize=1', { token: 'no-such-token' }),
        await list('pageSize=1', { token: strangerToken }),
        await call(targetOf(), 'GET', `${table}/${baseId}/mzzzzzzzzzzzzzz/records`),
        await call(targetOf(), 'GET', `${table}/pzzzzzzzzzzzzzz/${tableId}/records`),
        await list('fields=Nope'),
        await list('where=(Nope,eq,1)'),
        await list('where=(Id,IN,1)'),
        await list('where=garbage'),
        await list(`where=(UpdatedAt,ge,${time})`),
        await list('where=(Paid,in,1)'),
        await list('sort=Id'),
        await call(targetOf(), 'POST', `/api/v3/data/${baseId}/${tableId}/bulk/datalist`, { body: [] }),
      ];

      expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
        [401, 'ERR_AUTHENTICATION_REQUIRED'],
        [403, 'ERR_FORBIDDEN'],
        [422, 'ERR_TABLE_NOT_FOUND'],
        [422, 'ERR_BASE_NOT_FOUND'],
        [422, 'ERR_FIELD_NOT_FOUND'],
        [422, 'ERR_INVALID_FILTER'],
        [422, 'ERR_INVALID_FILTER'],
        [422, 'ERR_INVALID_FILTER'],
        [422, 'ERR_INVALID_FILTER'],
        [422, 'ERR_FILTER_VERIFICATION_FAILED'],
        [400, 'ERR_INVALID_REQUEST_BODY'],
        [404, 'NOT_FOUND'],
      ]);
    });

    it('fails as a whole for one poisonous id on PostgreSQL, with the code of the database', async () => {
      const [id] = await insert(targetOf(), [{}]);

      for (const [poison, code] of [
        ['rec_abc', '22P02'],
        ['99999999999', '22003'],
      ]) {
        const path = `${recordsPath()}?where=(Id,in,${id},${poison})&fields=Id`;
        const reply = await callRefused(targetOf(), 'GET', path);

        if (targetOf().database === 'sqlite') expect(idsOf(reply)).toEqual([id]);
        else expect(reply).toMatchObject({ status: 422, body: { error: 'ERR_DATABASE_OP_FAILED', code } });
      }
    });
  });

  describe('a record in v3', () => {
    it('is created, read, changed and deleted', async () => {
      const created = await send('POST', { fields: { Title: 'one', 'TG ID': '77', Nope: 1 } });
      const [{ id }] = created.body.records;
      const read = await call(targetOf(), 'GET', `${recordsPath()}/${id}`);
      const changed = await send('PATCH', { id, fields: { Paid: true } });
      const removed = await send('DELETE', [{ id }]);
      const gone = await call(targetOf(), 'GET', `${recordsPath()}/${id}`);

      const fields = expect.objectContaining({ Title: 'one', 'TG ID': '77' });
      expect(created).toMatchObject({ status: 200, body: { records: [{ id: expect.any(Number), fields }] } });
      expect(read).toMatchObject({ status: 200, body: { id, fields } });
      expect(changed).toMatchObject({ status: 200, body: { records: [{ id, fields: { Paid: true } }] } });
      expect(removed).toMatchObject({ status: 200, body: { records: [{ id, deleted: true }] } });
      expect(gone).toMatchObject({ status: 404, body: { error: 'ERR_RECORD_NOT_FOUND' } });
    });

    it('is refused with others above ten, with a bad option, and with a bad id', async () => {
      const eleven = Array.from({ length: 11 }, () => ({ fields: {} }));

      const answers = [
        await send('POST', eleven),
        await send('POST', { fields: { Status: 'Nope' } }),
        await call(targetOf(), 'GET', `${recordsPath()}/rec_abc`),
      ];

      expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
        [422, 'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED'],
        [422, 'ERR_INVALID_VALUE_FOR_FIELD'],
        [422, 'ERR_INVALID_PK_VALUE'],
      ]);
    });
  });

  describe('the table in v3', () => {
    it("is described without NocoDB's own fields, except for the key", async () => {
      const { tableId, baseId, columns } = targetOf();

      const { status, body } = await call(targetOf(), 'GET', `${basePath()}/tables/${tableId}`);

      expect(status).toBe(200);
      expect(body).toMatchObject({ id: tableId, base_id: baseId, title: 'Payments' });
      const fields = body.fields.map(({ id, title, type }: Record<string, string>) => [title, id, type]);
      expect(fields).toEqual([
        ['Id', columns.Id, 'ID'],
        ['Title', columns.Title, 'SingleLineText'],
        ['Paid', columns.Paid, 'Checkbox'],
        ['TG ID', columns['TG ID'], 'SingleLineText'],
        ['Chat', columns.Chat, 'Number'],
        ['Status', columns.Status, 'SingleSelect'],
      ]);
      const { choices } = body.fields.at(-1).options;
      expect(choices.map(({ title }: { title: string }) => title)).toContain("it's (paid)");
    });

    it('is found through its base', async () => {
      const { tableId, baseId } = targetOf();

      const base = await call(targetOf(), 'GET', basePath());
      const tables = await call(targetOf(), 'GET', `${basePath()}/tables`);
      const badToken = await call(targetOf(), 'GET', basePath(), { token: 'no-such-token' });
      const unknown = await call(targetOf(), 'GET', '/api/v3/meta/bases/pzzzzzzzzzzzzzz');

      expect(base).toMatchObject({ status: 200, body: { id: baseId, title: 'Shop' } });
      expect(tables).toMatchObject({ status: 200, body: { list: [{ id: tableId, title: 'Payments' }] } });
      expect(badToken.status).toBe(401);
      expect(unknown).toMatchObject({ status: 422, body: { error: 'ERR_BASE_NOT_FOUND' } });
    });

    it('has no webhooks there yet', async () => {
      const path = `${basePath()}/tables/${targetOf().tableId}/hooks`;

      for (const method of ['GET', 'POST']) {
        const reply = await call(targetOf(), method, path, method === 'POST' ? { body: {} } : {});
        expect(reply).toMatchObject({
          status: 404,
          body: { error: 'NOT_FOUND', message: `Cannot ${method} ${path}` },
        });
      }
    });
  });
}

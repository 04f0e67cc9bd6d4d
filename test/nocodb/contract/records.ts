import { describe, expect, it } from 'vitest';
import { call, recordsPath } from './call.ts';
import { insert, insertOne, remove, update } from './seed.ts';
import type { TargetOf } from './target.ts';

/** Tests single records and the description of their table. */
export function describeRecords(targetOf: TargetOf): void {
  const send = (method: string, body: unknown) => call(targetOf(), method, recordsPath(targetOf()), { body });
  const read = (id: number | string, query = '') =>
    call(targetOf(), 'GET', `${recordsPath(targetOf())}/${id}${query}`);

  describe('a record', () => {
    it('is created, alone or with others, and answered by its id', async () => {
      const one = await send('POST', { Title: 'one' });
      const two = await send('POST', [{ Title: 'two' }, { Title: 'three' }]);

      const id = one.body.Id;
      expect(one).toMatchObject({ status: 200, body: { Id: expect.any(Number) } });
      expect(two).toMatchObject({ status: 200, body: [{ Id: id + 1 }, { Id: id + 2 }] });
    });

    it('is read with all fields or with those asked for', async () => {
      const id = await insertOne(targetOf(), { Title: 'one', Paid: true, 'TG ID': 12345, Chat: 5123456789 });

      const whole = await read(id);
      const part = await read(id, '?fields=Title');

      const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/);
      expect(whole.body).toEqual({
        Id: id,
        CreatedAt: time,
        UpdatedAt: null,
        Title: 'one',
        Paid: targetOf().database === 'sqlite' ? 1 : true,
        'TG ID': '12345',
        Chat: 5123456789,
        Status: null,
      });
      expect(part.body).toEqual({ Title: 'one' });
    });

    it('is changed, which sets UpdatedAt; titles that the table does not have are ignored', async () => {
      const id = await insertOne(targetOf(), { Title: 'one' });

      const reply = await send('PATCH', { Id: id, Title: 'changed', Nope: 1 });

      expect(reply).toMatchObject({ status: 200, body: { Id: id } });
      const { body } = await read(id, '?fields=Title,UpdatedAt');
      expect(body).toEqual({ Title: 'changed', UpdatedAt: expect.stringMatching(/\+00:00$/) });
    });

    it('is deleted; its id is given again on SQLite when it was the last, and never on PostgreSQL', async () => {
      const last = await insertOne(targetOf(), {});
      await remove(targetOf(), [last]);

      const next = await insertOne(targetOf(), {});

      expect(next).toBe(targetOf().database === 'sqlite' ? last : last + 1);
    });

    it('that does not exist cannot be read, changed or deleted', async () => {
      const body = { error: 'ERR_RECORD_NOT_FOUND', message: "Record '2000000001' not found" };

      expect(await read(2000000001)).toMatchObject({ status: 404, body });
      expect(await send('PATCH', { Id: 2000000001, Title: 'x' })).toMatchObject({ status: 404, body });
      expect(await send('DELETE', [{ Id: 2000000001 }])).toMatchObject({ status: 404, body });
      expect(await read('rec_abc')).toMatchObject({ status: 422, body: { error: 'ERR_INVALID_PK_VALUE' } });
    });

    it('cannot be created with an option that its select does not have', async () => {
      const reply = await send('POST', { Status: 'Nope' });

      expect(reply.status).toBe(400);
      expect(reply.body.msg).toMatch(/^Invalid option\(s\) "Nope" provided for column "Status"/);
    });

    it('cannot be created, changed or deleted with more than 100 at once', async () => {
      const [id] = await insert(targetOf(), [{}]);
      const many = Array.from({ length: 101 }, () => ({ Id: id }));

      for (const method of ['POST', 'PATCH', 'DELETE']) {
        expect(await send(method, many)).toMatchObject({
          status: 422,
          body: {
            error: 'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED',
            message: 'Maximum 100 entities are allowed per request',
          },
        });
      }
    });

    it('cannot be created from a broken body', async () => {
      expect(await send('POST', '{')).toMatchObject({ status: 400, body: { msg: expect.any(String) } });
    });

    it('keeps what was written to its number and its text', async () => {
      const id = await insertOne(targetOf(), { Chat: null, Title: '' });
      await update(targetOf(), id, { Chat: 777000111222, Title: "it's" });

      expect((await read(id, '?fields=Chat,Title')).body).toEqual({ Title: "it's", Chat: 777000111222 });
    });
  });

  describe('the table', () => {
    it('is found through the bases that the token sees', async () => {
      const { baseId, tableId } = targetOf();

      const bases = await call(targetOf(), 'GET', '/api/v2/meta/bases');
      const tables = await call(targetOf(), 'GET', `/api/v2/meta/bases/${baseId}/tables`);
      const unknown = await call(targetOf(), 'GET', '/api/v2/meta/bases/pnope/tables');

      expect(bases).toMatchObject({ status: 200, body: { list: [{ id: baseId, title: 'Shop' }] } });
      expect(tables).toMatchObject({ status: 200, body: { list: [{ id: tableId, title: 'Payments' }] } });
      expect(unknown).toMatchObject({
        status: 404,
        body: { error: 'ERR_BASE_NOT_FOUND', message: "Base 'pnope' not found" },
      });
    });

    it('stands on a server that tells everybody it is up', async () => {
      const reply = await call(targetOf(), 'GET', '/api/v1/health', { token: '' });

      expect(reply).toMatchObject({ status: 200, body: { message: 'OK' } });
    });

    it('tells its columns with ids, titles, types and key, and which are its own', async () => {
      const { tableId, columns } = targetOf();

      const { status, body } = await call(targetOf(), 'GET', `/api/v2/meta/tables/${tableId}`);

      expect(status).toBe(200);
      expect(body).toMatchObject({ id: tableId, title: 'Payments' });
      const known = body.columns.map(({ id, title, uidt, pk, system }: Record<string, unknown>) => [
        title,
        id,
        uidt,
        Boolean(pk),
        Boolean(system),
      ]);
      expect(known).toEqual(
        expect.arrayContaining([
          ['Id', columns.Id, 'ID', true, false],
          ['CreatedAt', columns.CreatedAt, 'CreatedTime', false, true],
          ['UpdatedAt', columns.UpdatedAt, 'LastModifiedTime', false, true],
          ['Paid', columns.Paid, 'Checkbox', false, false],
          ['TG ID', columns['TG ID'], 'SingleLineText', false, false],
          ['Status', columns.Status, 'SingleSelect', false, false],
        ]),
      );
    });

    it('is refused to unknown tokens and strangers, and unknown when it does not exist', async () => {
      const path = `/api/v2/meta/tables/${targetOf().tableId}`;

      const answers = [
        await call(targetOf(), 'GET', path, { token: 'no-such-token' }),
        await call(targetOf(), 'GET', path, { token: targetOf().strangerToken }),
        await call(targetOf(), 'GET', '/api/v2/meta/tables/mzzzzzzzzzzzzzz'),
      ];

      expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
        [401, 'ERR_AUTHENTICATION_REQUIRED'],
        [403, 'ERR_FORBIDDEN'],
        [404, 'ERR_TABLE_NOT_FOUND'],
      ]);
    });
  });
}

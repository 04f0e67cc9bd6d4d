import { describe, expect, it } from 'vitest';
import { call, callRefused, list, recordsPath } from './call.ts';
import { insert } from './seed.ts';
import type { TargetOf } from './target.ts';

/** Tests NocoDB's error responses. Only the body distinguishes its four kinds of 404. */
export function describeErrorResponses(targetOf: TargetOf): void {
  const refused = (query: string) => callRefused(targetOf(), 'GET', `${recordsPath(targetOf())}?${query}`);

  describe('a refusal', () => {
    it('is 401 for an unknown or absent token', async () => {
      for (const token of ['no-such-token', '']) {
        expect(await list(targetOf(), 'limit=1', { token })).toMatchObject({
          status: 401,
          body: {
            error: 'ERR_AUTHENTICATION_REQUIRED',
            message: 'Authentication required - Invalid token',
          },
        });
      }
    });

    it('is 403 for the token of somebody without a right to the base', async () => {
      const reply = await list(targetOf(), 'limit=1', { token: targetOf().strangerToken });

      expect(reply).toMatchObject({
        status: 403,
        body: { error: 'ERR_FORBIDDEN', message: 'Forbidden - Unauthorized access' },
      });
    });

    it('is 404 for an unknown table, and for a title in place of its id, even with a bad token', async () => {
      for (const table of ['mzzzzzzzzzzzzzz', 'Payments']) {
        const path = `/api/v2/tables/${table}/records`;
        const expected = {
          status: 404,
          body: { error: 'ERR_TABLE_NOT_FOUND', message: `Table '${table}' not found` },
        };
        expect(await call(targetOf(), 'GET', path)).toMatchObject(expected);
        expect(await call(targetOf(), 'GET', path, { token: 'no-such-token' })).toMatchObject(expected);
      }
    });

    it('is 404 for an unknown field, one with a space before its name too', async () => {
      expect(await list(targetOf(), 'fields=Nope')).toMatchObject({
        status: 404,
        body: { error: 'ERR_FIELD_NOT_FOUND', message: "Field 'Nope' not found" },
      });
      expect(await list(targetOf(), 'fields=Id,%20Paid')).toMatchObject({
        status: 404,
        body: { error: 'ERR_FIELD_NOT_FOUND' },
      });
      expect(await list(targetOf(), 'sort=Nope')).toMatchObject({
        status: 404,
        body: { error: 'ERR_FIELD_NOT_FOUND' },
      });
    });

    it('is 404 for a path that is not there, as people paste them', async () => {
      const path = recordsPath(targetOf());
      for (const wrong of [`/${path}`, `/api/v2${path}`, `/dashboard${path}`, '/api/v2/nope']) {
        expect(await call(targetOf(), 'GET', wrong)).toMatchObject({
          status: 404,
          body: { msg: `Cannot GET ${wrong}` },
        });
      }
    });

    it('is 422 for a where with an unknown field, an unknown operator, or not in the grammar', async () => {
      const answers = [
        await list(targetOf(), 'where=(Nope,eq,1)'),
        await list(targetOf(), 'where=(id,eq,1)'),
        await list(targetOf(), 'where=("TG ID",eq,1)'),
        await list(targetOf(), 'where=(Id,IN,1)'),
        await list(targetOf(), 'where=garbage'),
        await list(targetOf(), 'where=(Id,in,1'),
        await list(targetOf(), 'where=(Title,eq,a~and(b))'),
      ];

      expect(answers.map(({ status, body }) => [status, body])).toEqual([
        [422, { msg: "Column alias 'Nope' not found." }],
        [422, { msg: "Column alias 'id' not found." }],
        [422, { msg: 'Column alias \'"TG ID"\' not found.' }],
        [422, { msg: 'IN is not supported.' }],
        [422, { msg: 'Invalid filter format.' }],
        [422, { msg: 'Invalid filter format.' }],
        [422, { msg: 'Invalid filter format.' }],
      ]);
    });

    it('is 422 for comparing a checkbox with values', async () => {
      expect(await list(targetOf(), 'where=(Paid,in,1)')).toMatchObject({
        status: 422,
        body: {
          error: 'ERR_FILTER_VERIFICATION_FAILED',
          message:
            'Filter verification failed: Operation in is not supported for type Checkbox on column Paid',
        },
      });
    });

    it('is 400 on PostgreSQL for asking a text whether it is checked; SQLite finds nothing', async () => {
      const reply = await refused('where=(Title,checked)&fields=Id');

      if (targetOf().database === 'sqlite') expect(reply).toMatchObject({ status: 200, body: { list: [] } });
      else
        expect(reply).toMatchObject({
          status: 400,
          body: { error: 'ERR_DATABASE_OP_FAILED', code: '42883' },
        });
    });

    it('is 500 for an in without values', async () => {
      const reply = await list(targetOf(), 'where=(Id,in)');

      expect(reply.status).toBe(500);
      expect(reply.body.msg).toMatch(/^Something didn't work as expected/);
    });

    it('is 431 with an empty body for a URL above 16 KB', async () => {
      const long = await list(targetOf(), `where=(Id,in,${'1,'.repeat(8192)}1)&fields=Id`);

      expect(long).toMatchObject({ status: 431, text: '' });
    });

    it('takes a URL of 4 KB', async () => {
      const { status } = await list(targetOf(), `where=(Id,in,${'1,'.repeat(2000)}1)&fields=Id`);

      expect(status).toBe(200);
    });
  });

  describe('a poisonous id', () => {
    it('fails the whole list on PostgreSQL, which may name it, and is ignored on SQLite', async () => {
      const target = targetOf();
      const [id] = await insert(target, [{}]);
      const answers = [
        await refused(`where=(Id,in,${id},rec_abc)&fields=Id`),
        await refused(`where=(Id,in,${id},2147483648)&fields=Id`),
        await refused(`where=(Id,in,${id},99999999999999999999)&fields=Id`),
      ];

      if (target.database === 'sqlite') {
        for (const { body } of answers) expect(body.list).toEqual([{ Id: id }]);
        return;
      }
      const unnamed = {
        error: 'ERR_DATABASE_OP_FAILED',
        message: "Invalid data type or value for column 'unknown'.",
        code: '22003',
        details: { column: 'unknown' },
      };
      expect(answers.map(({ status, body }) => [status, body])).toEqual([
        [
          400,
          {
            error: 'ERR_DATABASE_OP_FAILED',
            message: "Invalid value 'rec_abc' for type 'integer'",
            code: '22P02',
            details: { dataType: 'integer', value: 'rec_abc' },
          },
        ],
        [400, unnamed],
        [400, unnamed],
      ]);
    });

    it('may be an empty one', async () => {
      const reply = await refused('where=(Id,in,)&fields=Id');

      if (targetOf().database === 'sqlite') expect(reply).toMatchObject({ status: 200, body: { list: [] } });
      else
        expect(reply).toMatchObject({
          status: 400,
          body: { error: 'ERR_DATABASE_OP_FAILED', code: '22P02' },
        });
    });
  });
}

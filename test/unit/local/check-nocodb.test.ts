import getPort from 'get-port';
import { expect, test } from 'vitest';
import { StartError } from '../../../infra/local/errors/start-error.ts';
import { checkNocoDb } from '../../../infra/local/nocodb-to-watch.ts';
import { json, startHttpServer } from '../../support/http-server.ts';

/** A server that gives the same answer to every request. */
async function serverWith(status: number, body: unknown): Promise<string> {
  const { url } = await startHttpServer(json(status, body));
  return url;
}

function check(apiUrl: string): Promise<void> {
  const fields = { idField: 'Id', paidField: 'Paid' };
  return checkNocoDb({ apiUrl, tableId: 'mtable', apiVersion: 'auto', ...fields }, 'the-token');
}

test('a NocoDB that answers can be watched', async () => {
  const pageInfo = { totalRows: 0, page: 1, pageSize: 1, isFirstPage: true, isLastPage: true };

  await expect(check(await serverWith(200, { list: [], pageInfo }))).resolves.toBeUndefined();
});

test.each([
  ['a wrong token', 401, { error: 'ERR_AUTHENTICATION_REQUIRED' }, /401.*Create an API token/],
  ['a wrong table', 404, { error: 'ERR_TABLE_NOT_FOUND' }, /404.*NOCODB_TABLE_ID/],
  ['another server', 200, { hello: 'world' }, /See whether this is NocoDB/],
])('%s is said in one line with a hint', async (_what, status, body, expected) => {
  const failure = await check(await serverWith(status, body)).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(StartError);
  expect((failure as StartError).message).toMatch(expected);
  expect((failure as StartError).message).not.toMatch(/\n|the-token/);
});

test('a NocoDB that does not answer is said in one line with a hint', async () => {
  const url = `http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`;

  await expect(check(url)).rejects.toThrow(
    /^NocoDB cannot be watched .*ECONNREFUSED.*See whether NocoDB runs/,
  );
});

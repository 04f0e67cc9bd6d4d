import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import getPort from 'get-port';
import { expect, onTestFinished, test } from 'vitest';
import { checkNocoDb } from '../../../infra/local/nocodb-to-watch.ts';
import { StartError } from '../../../infra/local/start-error.ts';

/** A server that gives the same answer to every request. */
async function serverWith(status: number, body: unknown): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function check(apiUrl: string): Promise<void> {
  return checkNocoDb({ apiUrl, tableId: 'mtable', idField: 'Id', paidField: 'Paid' }, 'the-token');
}

test('a NocoDB that answers can be watched', async () => {
  const pageInfo = { totalRows: 0, page: 1, pageSize: 1, isFirstPage: true, isLastPage: true };

  await expect(check(await serverWith(200, { list: [], pageInfo }))).resolves.toBeUndefined();
});

test.each([
  ['a wrong token', 401, { error: 'ERR_AUTHENTICATION_REQUIRED' }, /401.*Create an API token/],
  ['a wrong table', 404, { error: 'ERR_TABLE_NOT_FOUND' }, /404.*NOCODB_TABLE_ID/],
  ['another server', 200, { hello: 'world' }, /See whether this is NocoDB/],
])('%s is said in one line with the way out', async (_what, status, body, expected) => {
  const failure = check(await serverWith(status, body));

  await expect(failure).rejects.toThrow(StartError);
  await expect(failure).rejects.toThrow(expected);
  await expect(failure).rejects.not.toThrow(/\n|the-token/);
});

test('a NocoDB that does not answer is said in one line with the way out', async () => {
  const failure = check(`http://127.0.0.1:${await getPort({ host: '127.0.0.1' })}`);

  await expect(failure).rejects.toThrow(/^NocoDB cannot be watched .*ECONNREFUSED.*See whether NocoDB runs/);
});

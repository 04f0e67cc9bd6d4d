import { describe, expect, it } from 'vitest';
import { type Answer, json, startHttpServer } from '../../support/http-server.ts';
import { failureOf, query, sourceFor } from './fixtures.ts';

const BASE = 'pqot58neiu3o1xo';
const TABLE = 'mpayments000001';
const DAY = 24 * 60 * 60_000;

const V2 = `/api/v2/tables/${TABLE}/records`;
const V3 = `/api/v3/data/${BASE}/${TABLE}/records`;
const V2_TABLE = `/api/v2/meta/tables/${TABLE}`;

/** A NocoDB with some versions of the API, which can be added and removed. */
async function startNocoDb(...versions: ('v2' | 'v3')[]) {
  const has = new Set(versions);
  const answers: Record<string, Answer> = {
    [V2]: json(200, { list: [{ Id: 2, Paid: 1 }], pageInfo: { isLastPage: true } }),
    [V2_TABLE]: json(200, { base_id: BASE, columns: [] }),
    [V3]: json(200, { records: [{ id: 2, fields: { Paid: true } }] }),
  };
  const server = await startHttpServer((response, request) => {
    const isThere = has.has(request.path.startsWith('/api/v2') ? 'v2' : 'v3');
    const answer = isThere ? answers[request.path] : undefined;
    (answer ?? json(404, { msg: `Cannot ${request.method} ${request.url}` }))(response, request);
  });
  let told = 0;
  /** The paths of the requests since the last call. */
  const paths = () => {
    const fresh = server.requests.slice(told).map(({ path }) => path);
    told = server.requests.length;
    return fresh;
  };
  return { has, url: server.url, paths };
}

const PAGE = { records: [{ recordId: '2', paid: true }], isLastPage: true };

describe('with NOCODB_API_VERSION=auto', () => {
  it('API v2 is used as long as the server has it', async () => {
    const { url, paths } = await startNocoDb('v2', 'v3');
    const { source, within } = sourceFor(url, { baseId: BASE });

    expect(await source.list(query(['2']), within())).toEqual(PAGE);

    expect(paths()).toEqual([V2]);
    expect(source.facts?.()).toEqual({});
  });

  it('v3 answers the same question where v2 is gone, and from then on', async () => {
    const { url, paths } = await startNocoDb('v3');
    const { source, within, clock } = sourceFor(url, { baseId: BASE });
    const begin = clock.now();

    const first = await source.list(query(['2']), within());
    const second = await source.list(query(['2']), within());

    expect([first, second]).toEqual([PAGE, PAGE]);
    expect(paths()).toEqual([V2, V3, V3]);
    expect(source.facts?.()?.withoutV2Since).toBeGreaterThanOrEqual(begin);
  });

  it.each([
    ['410', json(410, 'API v2 was removed')],
    ['405', json(405, {})],
    ['404 with the code of an unknown path', json(404, { error: 'NOT_FOUND', message: 'Cannot GET' })],
  ])('v2 is gone too when the server answers %s', async (_name, answer) => {
    const server = await startHttpServer(answer, json(200, { records: [], next: null }));
    const { source, within } = sourceFor(server.url, { baseId: BASE });

    await expect(source.list(query(['2']), within())).resolves.toMatchObject({ isLastPage: true });
  });

  it.each([
    ['another 404', json(404, { error: 'ERR_TABLE_NOT_FOUND' }), 'TableNotFound'],
    ['a redirect', json(301, {}), 'EndpointNotFound'],
    ['a fault', json(500, {}), 'ServerFault'],
    ['a refusal', json(403, { error: 'ERR_FORBIDDEN' }), 'AccessDenied'],
  ])('v2 is not gone when the server answers with %s', async (_name, answer, kind) => {
    const server = await startHttpServer(answer);
    const { source, within } = sourceFor(server.url, { baseId: BASE });

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error.kind).toBe(kind);
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set([V2]));
  });

  it('what another process learned is taken over, and v2 is tried again after a day', async () => {
    const nocodb = await startNocoDb('v3');
    const { source, within, clock } = sourceFor(nocodb.url);
    const ask = () => source.list(query(['2']), within());
    const withoutV2Since = clock.now();

    source.recall?.({ withoutV2Since, baseId: BASE });
    await ask();
    clock.advance(DAY - 1);
    await ask();
    expect(nocodb.paths()).toEqual([V3, V3]);
    clock.advance(1);
    await ask();
    await ask();
    expect(nocodb.paths()).toEqual([V2, V3, V3]);
    expect(source.facts?.()?.withoutV2Since).toBeGreaterThanOrEqual(withoutV2Since + DAY);
    expect(source.facts?.()?.baseId).toBe(BASE);

    nocodb.has.add('v2');
    clock.advance(DAY);
    await ask();
    expect(nocodb.paths()).toEqual([V2]);
    expect(source.facts?.()).toEqual({ baseId: BASE });
  });

  it('v2 answers where v3 was used and is gone', async () => {
    const { url, paths } = await startNocoDb('v2');
    const { source, within, clock } = sourceFor(url);
    source.recall?.({ withoutV2Since: clock.now(), baseId: BASE });

    expect(await source.list(query(['2']), within())).toEqual(PAGE);

    expect(paths()).toEqual([V3, V2]);
    expect(source.facts?.()).toEqual({ baseId: BASE });
  });

  it('an address with neither is no NocoDB, and nothing is learned from it', async () => {
    const { url } = await startNocoDb();
    const { source, within } = sourceFor(url, { baseId: BASE });

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error).toMatchObject({ kind: 'EndpointNotFound', target: `GET ${url}${V2}` });
    expect(source.facts?.()).toEqual({});
  });

  it('without the base, the error names the setting that v3 needs', async () => {
    const { url, paths } = await startNocoDb('v3');
    const { source, within } = sourceFor(url);

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error.kind).toBe('EndpointNotFound');
    expect(error.hint).toContain('If this NocoDB has no API v2 any more, set NOCODB_BASE_ID');
    expect(paths()).toEqual([V2]);
  });

  it('what v3 says of the table is the error where v2 is gone', async () => {
    const server = await startHttpServer(
      json(404, { msg: 'Cannot GET' }),
      json(422, { error: 'ERR_BASE_NOT_FOUND', message: `Base '${BASE}' not found` }),
    );
    const { source, within } = sourceFor(server.url, { baseId: BASE });

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error).toMatchObject({ kind: 'TableNotFound', hint: expect.stringContaining('NOCODB_BASE_ID') });
    expect(source.facts?.()).toEqual({});
  });
});

describe('the base of the table', () => {
  it('is learned with the name of the table, before v2 is gone', async () => {
    const nocodb = await startNocoDb('v2', 'v3');
    const { source, within } = sourceFor(nocodb.url);

    await source.tableName?.(within());
    nocodb.has.delete('v2');
    const page = await source.list(query(['2']), within());

    expect(page).toEqual(PAGE);
    expect(nocodb.paths()).toEqual([V2_TABLE, V2, V3]);
  });

  it('is asked of v2 where v3 is configured without it', async () => {
    const { url, paths } = await startNocoDb('v2', 'v3');
    const { source, within } = sourceFor(url, { apiVersion: 'v3' });

    await source.list(query(['2']), within());
    await source.list(query(['2']), within());

    expect(paths()).toEqual([V2_TABLE, V3, V3]);
  });

  it('has to be configured where v3 is, and v2 is gone', async () => {
    const { url } = await startNocoDb('v3');
    const { source, within } = sourceFor(url, { apiVersion: 'v3' });

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error).toMatchObject({
      kind: 'EndpointNotFound',
      hint: expect.stringContaining('NOCODB_BASE_ID'),
    });
  });
});

describe('with a version of the API configured', () => {
  it.each([
    ['v2', 'v3', V2],
    ['v3', 'v2', V3],
  ] as const)('%s, the other is never used', async (apiVersion, there, path) => {
    const { url, paths } = await startNocoDb(there);
    const { source, within } = sourceFor(url, { apiVersion, baseId: BASE });

    const error = await failureOf(source.list(query(['2']), within()));

    expect(error.kind).toBe('EndpointNotFound');
    expect(paths()).toEqual([path]);
  });

  it('v3, a bulk list is unsupported, which no request finds out', async () => {
    const { url, paths } = await startNocoDb('v2', 'v3');
    const { source, within } = sourceFor(url, { apiVersion: 'v3', baseId: BASE });

    const error = await failureOf(source.listMany([query(['2'])], within()));

    expect(error.kind).toBe('BulkListUnsupported');
    expect(paths()).toEqual([]);
  });
});

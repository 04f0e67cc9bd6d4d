import { describe, expect, it } from 'vitest';
import { json, startHttpServer } from '../../support/http-server.ts';
import { page } from './answers.ts';
import { failureOf, query, sourceFor, TOKEN } from './fixtures.ts';

const ID = 'cv1fwrbwqxcf1vf';
const PAID = 'cvrhexvtvgw5ifs';
const OWNER = 'ch3aonlfpfveirp';

const tableWith = (paidTitle: string) =>
  json(200, {
    id: 'mpayments000001',
    columns: [
      { id: ID, title: 'Id', uidt: 'ID', pk: 1 },
      { id: PAID, title: paidTitle, uidt: 'Checkbox', pk: null },
      { id: OWNER, title: 'TG ID', uidt: 'SingleLineText', pk: null },
    ],
  });

describe('a list', () => {
  it('is one documented GET with the token in its header', async () => {
    // Prepare
    const server = await startHttpServer(page([{ Id: 2, Paid: 1 }]));
    const { source, within, events } = sourceFor(server.url);

    // Act
    const answer = await source.list(query(['1', '2', '3'], { limit: 100 }), within());

    // Assess
    expect(answer).toEqual({ records: [{ recordId: '2', paid: true }], isLastPage: true });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v2/tables/mpayments000001/records',
      body: undefined,
    });
    expect(server.requests[0]?.url).toContain(
      '?where=(Id,in,1,2,3)~and(Paid,checked)&fields=Id,Paid&limit=100',
    );
    expect(server.requests[0]?.headers['xc-token']).toBe(TOKEN);
    expect(JSON.stringify(events)).not.toContain(TOKEN);
  });

  it('reports the exchange before and after', async () => {
    const server = await startHttpServer(page([{ Id: 2, Paid: 1 }]));
    const { source, within, events } = sourceFor(server.url);

    await source.list(query(['1', '2', '3']), within());

    expect(events).toEqual([
      {
        type: 'nocodb.request',
        method: 'GET',
        endpoint: '/api/v2/tables/mpayments000001/records',
        params: 'where=(Id,in,1,2,3)~and(Paid,checked) fields=Id,Paid limit=1000',
        recordIds: 3,
      },
      {
        type: 'nocodb.response',
        method: 'GET',
        endpoint: '/api/v2/tables/mpayments000001/records',
        outcome: 'ok',
        status: 200,
        milliseconds: 0,
        bytes: JSON.stringify({ list: [{ Id: 2, Paid: 1 }], pageInfo: { isLastPage: true } }).length,
        records: 1,
      },
    ]);
  });

  it('goes below the base path of a reverse proxy', async () => {
    const server = await startHttpServer(page([]));
    const { source, within, events } = sourceFor(`${server.url}/tools/noco`);

    await source.list(query(['1']), within());

    expect(server.requests[0]?.path).toBe('/tools/noco/api/v2/tables/mpayments000001/records');
    expect(events[0]).toMatchObject({ endpoint: '/tools/noco/api/v2/tables/mpayments000001/records' });
  });

  it('without ids has no condition on them', async () => {
    const server = await startHttpServer(page([]));
    const { source, within } = sourceFor(server.url);

    await source.list(query([], { limit: 1 }), within());
    await source.list(query([], { want: 'existing', limit: 1 }), within());

    expect(server.requests.map((request) => request.query.get('where'))).toEqual(['(Paid,checked)', null]);
  });

  it.each(['1)~or(Paid,checked', '1,2', '', 'ä', '1 2', 'x'.repeat(65)])(
    'refuses the id %j as the server would refuse a bad one',
    async (id) => {
      const server = await startHttpServer(page([]));
      const { source, within } = sourceFor(server.url);

      const one = await failureOf(source.list(query(['1', id]), within()));
      const many = await failureOf(source.listMany([query(['1']), query([id])], within()));

      expect([one.kind, many.kind]).toEqual(['InvalidQuery', 'InvalidQuery']);
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe('a bulk list', () => {
  it.each([200, 201])('is one POST with all queries, answered with %d', async (status) => {
    const pageOf = (list: unknown[], isLastPage: boolean) => ({ list, pageInfo: { isLastPage } });
    const server = await startHttpServer(
      json(status, { q1: pageOf([{ Id: 9, Paid: null }], false), q0: pageOf([{ Id: 1, Paid: 1 }], true) }),
    );
    const { source, within, events } = sourceFor(server.url);

    const pages = await source.listMany([query(['1', '2']), query(['9'], { want: 'existing' })], within());

    expect(pages).toEqual([
      { records: [{ recordId: '1', paid: true }], isLastPage: true },
      { records: [{ recordId: '9', paid: false }], isLastPage: false },
    ]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/api/v2/tables/mpayments000001/bulk/datalist',
      body: [
        { alias: 'q0', where: '(Id,in,1,2)~and(Paid,checked)', fields: 'Id,Paid', limit: 1000 },
        { alias: 'q1', where: '(Id,in,9)', fields: 'Id,Paid', limit: 1000 },
      ],
    });
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
    expect(events[0]).toMatchObject({ method: 'POST', recordIds: 3 });
    expect(events[1]).toMatchObject({ status, records: 2 });
  });

  it('without an answer to one of its queries is an invalid response', async () => {
    const server = await startHttpServer(json(201, { q0: { list: [], pageInfo: { isLastPage: true } } }));
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listMany([query(['1']), query(['2'])], within()));

    expect(error.kind).toBe('InvalidResponse');
    expect(error.message).toContain('query q1 of 2 has no answer');
  });
});

describe('the name of the table', () => {
  it('is its title and the id of its base', async () => {
    const server = await startHttpServer(
      json(200, { id: 'mpayments000001', base_id: 'p1', title: 'x'.repeat(300), columns: [] }),
    );
    const { source, within, events } = sourceFor(server.url);

    expect(await source.tableName?.(within())).toEqual({ title: 'x'.repeat(60), base: 'p1' });
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/api/v2/meta/tables/mpayments000001' }]);
    expect(events).toHaveLength(2);
  });

  it('is missing in an answer that is not a table', async () => {
    const server = await startHttpServer(json(200, { id: 'mpayments000001' }));
    const { source, within } = sourceFor(server.url);

    expect(await failureOf(source.tableName?.(within()) as Promise<unknown>)).toMatchObject({
      kind: 'InvalidResponse',
      operation: 'read the fields of the table',
    });
  });
});

describe('fields named by their ids', () => {
  const byId = { idField: ID, paidField: PAID, ownerField: OWNER };

  it('stand in the query, and the answer is read by their titles, looked up once', async () => {
    const rows = page([{ Id: 1, Bezahlt: 1, 'TG ID': '77' }]);
    const server = await startHttpServer(tableWith('Bezahlt'), rows);
    const { source, within, events } = sourceFor(server.url, byId);

    const first = await source.list(query(['1']), within());
    const second = await source.list(query(['1']), within());

    expect(first.records).toEqual([{ recordId: '1', paid: true, owner: '77' }]);
    expect(second).toEqual(first);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/v2/meta/tables/mpayments000001',
      '/api/v2/tables/mpayments000001/records',
      '/api/v2/tables/mpayments000001/records',
    ]);
    expect(server.requests[1]?.query.get('where')).toBe(`(${ID},in,1)~and(${PAID},checked)`);
    expect(server.requests[1]?.query.get('fields')).toBe(`${ID},${PAID},${OWNER}`);
    expect(events.map(({ type }) => type).filter((type) => type === 'nocodb.request')).toHaveLength(3);
  });

  it('are looked up again after one was renamed', async () => {
    const server = await startHttpServer(
      tableWith('Paid'),
      page([{ Id: 1, Bezahlt: 1, 'TG ID': null }]),
      tableWith('Bezahlt'),
      page([{ Id: 1, Bezahlt: 1, 'TG ID': null }]),
    );
    const { source, within } = sourceFor(server.url, byId);

    const error = await failureOf(source.list(query(['1']), within()));
    const answer = await source.list(query(['1']), within());

    expect(error.kind).toBe('InvalidResponse');
    expect(error.message).toContain('no field "Paid"');
    expect(answer.records).toEqual([{ recordId: '1', paid: true, owner: null }]);
  });

  it('that the table does not have are named, with those it has', async () => {
    const server = await startHttpServer(tableWith('Paid'));
    const { source, within } = sourceFor(server.url, { paidField: 'cdoesnotexist00' });

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('FieldNotFound');
    expect(error.message).toContain('cdoesnotexist00');
    expect(error.message).toContain(`Paid (${PAID})`);
  });

  it('may be titles after all that only look like ids', async () => {
    const server = await startHttpServer(tableWith('confirmedstatus'), page([{ Id: 1, confirmedstatus: 1 }]));
    const { source, within } = sourceFor(server.url, { paidField: 'confirmedstatus' });

    const answer = await source.list(query(['1']), within());

    expect(answer.records).toEqual([{ recordId: '1', paid: true }]);
  });

  it('fail with the reason when the table may not be read, and are looked up the next time', async () => {
    const server = await startHttpServer(
      json(403, { error: 'ERR_FORBIDDEN', message: 'Forbidden' }),
      tableWith('Paid'),
      page([{ Id: 1, Paid: 1, 'TG ID': '77' }]),
    );
    const { source, within } = sourceFor(server.url, byId);

    const error = await failureOf(source.list(query(['1']), within()));
    await source.list(query(['1']), within());

    expect(error.kind).toBe('AccessDenied');
    expect(error.message).toContain('read the fields of the table');
    expect(server.requests).toHaveLength(3);
  });

  it('keep their own error when the bulk list is not to blame', async () => {
    const server = await startHttpServer(json(404, { msg: 'Cannot GET /api/v2/meta/tables/m1' }));
    const { source, within } = sourceFor(server.url, byId);

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind).toBe('EndpointNotFound');
    expect(error.message).toContain('read the fields of the table');
  });

  it('fail when the table is described in another shape', async () => {
    const server = await startHttpServer(json(200, { columns: [{ id: ID }] }));
    const { source, within } = sourceFor(server.url, byId);

    const error = await failureOf(source.list(query(['1']), within()));

    expect(error.kind).toBe('InvalidResponse');
  });
});

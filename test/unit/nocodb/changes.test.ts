import { describe, expect, it } from 'vitest';
import type { TableField } from '../../../lambda/nocodb/dialect.ts';
import { findChangeFields } from '../../../lambda/nocodb/fields.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { page } from './answers.ts';
import { failureOf, sourceFor } from './fixtures.ts';

const SINCE = Date.UTC(2026, 10, 24, 16, 8, 9);
const TIME = '2026-11-24 16:08:09+00:00';
const RECORDS = '/api/v2/tables/mpayments000001/records';
const TABLE = '/api/v2/meta/tables/mpayments000001';

/** The description of a table whose time of change has this title. */
function table(updated = 'Geändert') {
  const columns = [
    { id: 'cid000000000000', title: 'Id', uidt: 'ID', pk: 1, system: 0 },
    { id: 'cother000000000', title: 'Somebody’s', uidt: 'LastModifiedTime', system: null },
    { id: 'ccreated0000000', title: 'CreatedAt', uidt: 'CreatedTime', system: 1 },
    { id: 'cupdated0000000', title: updated, uidt: 'LastModifiedTime', system: 1 },
    { id: 'cpaid0000000000', title: 'Paid', uidt: 'Checkbox', system: 0 },
  ];
  return json(200, { columns });
}

const ONE = page([{ Id: 7, Paid: 1 }]);
const UNKNOWN_FIELD = json(422, { msg: "Column alias 'Geändert' not found." });

describe('a page of changed records', () => {
  it('is one GET with the titles of the fields, which are looked up once by their types', async () => {
    const server = await startHttpServer(table(), ONE);
    const { source, within, events } = sourceFor(server.url);

    const first = await source.listChanged({ since: SINCE, limit: 1000 }, within());
    await source.listChanged({ since: SINCE, after: '7', limit: 50 }, within());

    expect(first).toMatchObject({ records: [{ recordId: '7', paid: true }], isLastPage: true });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${TABLE}`,
      `GET ${RECORDS}`,
      `GET ${RECORDS}`,
    ]);
    const since = `((Geändert,ge,exactDate,${TIME})~or(CreatedAt,ge,exactDate,${TIME}))`;
    expect(Object.fromEntries(server.requests[1]?.query ?? [])).toEqual({
      where: `${since}~and(Paid,checked)`,
      fields: 'Id,Paid',
      sort: 'Id',
      limit: '1000',
    });
    expect(server.requests[2]?.query.get('where')).toBe(`${since}~and(Paid,checked)~and(Id,gt,7)`);
    expect(events.at(-1)).toMatchObject({ outcome: 'ok', records: 1 });
  });

  it('carries the time of the server, if it tells one', async () => {
    const pageInfo = { isLastPage: false };
    const server = await startHttpServer(
      table(),
      json(200, { list: [], pageInfo }, { date: 'Tue, 24 Nov 2026 16:08:09 GMT' }),
      json(200, { list: [], pageInfo }, { date: 'no date' }),
    );
    const { source, within } = sourceFor(server.url);

    const told = await source.listChanged({ since: SINCE, limit: 1000 }, within());
    const untold = await source.listChanged({ since: SINCE, limit: 1000 }, within());

    expect(told).toEqual({ records: [], isLastPage: false, serverTime: SINCE });
    expect(untold).toEqual({ records: [], isLastPage: false });
  });

  it('reads a record by the titles where fields are configured by their ids', async () => {
    const server = await startHttpServer(table(), table(), ONE);
    const changes = { idField: 'cid000000000000', paidField: 'cpaid0000000000' };
    const { source, within } = sourceFor(server.url, changes);

    const answer = await source.listChanged({ since: SINCE, after: '3', limit: 1000 }, within());

    expect(answer.records).toEqual([{ recordId: '7', paid: true }]);
    expect(server.requests.at(-1)?.query.get('where')).toContain(
      '~and(cpaid0000000000,checked)~and(cid000000000000,gt,3)',
    );
  });

  it('is not supported where the table does not keep when a record was changed', async () => {
    const columns = [
      { id: 'cid000000000000', title: 'Id', uidt: 'ID' },
      { id: 'ccreated0000000', title: 'CreatedAt', uidt: 'CreatedTime', system: 1 },
      { id: 'cdate0000000000', title: 'UpdatedAt', uidt: 'DateTime' },
    ];
    const server = await startHttpServer(json(200, { columns }), table(), ONE);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listChanged({ since: SINCE, limit: 1000 }, within()));

    expect(error.kind).toBe('ChangesUnsupported');
    expect(error.message).toContain(
      `list changed records [table mpayments000001 of ${server.url}]: the table has no field of the type LastModifiedTime`,
    );
    // The next call looks again.
    expect((await source.listChanged({ since: SINCE, limit: 1000 }, within())).records).toHaveLength(1);
  });

  it('looks the fields up again at once when the server does not know one any more, and only then', async () => {
    const server = await startHttpServer(
      table(),
      ONE,
      UNKNOWN_FIELD,
      table('Changed (auto)'),
      ONE,
      json(400, { error: 'ERR_DATABASE_OP_FAILED', message: 'Invalid value', code: '22P02' }),
      ONE,
    );
    const { source, within } = sourceFor(server.url);
    const ask = () => source.listChanged({ since: SINCE, limit: 1000 }, within());

    await ask();
    await ask();
    const error = await failureOf(ask());
    await ask();

    expect(error.kind).toBe('InvalidQuery');
    expect(server.requests.map(({ path }) => path)).toEqual([
      TABLE,
      ...[RECORDS, RECORDS],
      TABLE,
      ...[RECORDS, RECORDS, RECORDS],
    ]);
    // By its id: its title cannot stand in a filter of v2.
    expect(server.requests[4]?.query.get('where')).toContain('(cupdated0000000,ge,');
  });

  it('fails when the server does not know a field that was just looked up', async () => {
    const server = await startHttpServer(table(), UNKNOWN_FIELD);
    const { source, within } = sourceFor(server.url);

    const error = await failureOf(source.listChanged({ since: SINCE, limit: 1000 }, within()));

    expect(error.kind).toBe('FieldNotFound');
    expect(server.requests).toHaveLength(2);
  });
});

describe('the fields that tell of changes', () => {
  const found = (fields: TableField[], version: 'v2' | 'v3' = 'v2') => findChangeFields({ fields, version });
  const field = (id: string, type: string, isSystem = true): TableField => ({
    id,
    title: id,
    type,
    isPrimaryKey: false,
    isSystem,
  });

  it('are found by their types, those of NocoDB before those that people added', () => {
    const fields = [
      field('u1', 'LastModifiedTime', false),
      field('c1', 'CreatedTime', false),
      field('u2', 'LastModifiedTime'),
      field('c2', 'CreatedTime'),
    ];

    expect(found(fields)).toEqual({ updated: 'u2', created: 'c2' });
    expect(found(fields.slice(0, 2))).toEqual({ updated: 'u1', created: 'c1' });
  });

  it('may lack the time of creation, but not the time of change', () => {
    expect(found([field('u', 'LastModifiedTime')])).toEqual({ updated: 'u' });
    expect(found([field('c', 'CreatedTime'), field('d', 'DateTime')])).toBeUndefined();
    expect(found([])).toBeUndefined();
  });

  it("are NocoDB's own by their titles in v3, which hides them, unless a field of another type has the title", () => {
    const own = { updated: 'UpdatedAt', created: 'CreatedAt' };

    expect(found([field('Id', 'ID'), field('u1', 'LastModifiedTime', false)], 'v3')).toEqual(own);
    expect(found([field('UpdatedAt', 'DateTime')], 'v3')).toBeUndefined();
    expect(found([field('UpdatedAt', 'LastModifiedTime')], 'v3')).toEqual({ updated: 'UpdatedAt' });
  });
});

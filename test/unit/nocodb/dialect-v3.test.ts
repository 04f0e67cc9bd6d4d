import { describe, expect, it } from 'vitest';
import { dialectV3 } from '../../../lambda/nocodb/dialect-v3.ts';
import { FieldAbsentError, UnexpectedShapeError } from '../../../lambda/nocodb/read-response.ts';
import { createRecords } from '../../../lambda/nocodb/records.ts';
import { fixedToken } from '../../../lambda/nocodb/token.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { failureOf, query, RecordingClock, settingsFor, sourceFor, TOKEN } from './fixtures.ts';

const BASE = 'pqot58neiu3o1xo';
const V3 = { apiVersion: 'v3', baseId: BASE } as const;
const { readPage, readTable } = dialectV3({ tableId: 'mpayments000001' }, BASE);
const FORMAT = { id: 'Id', paid: 'Paid' };

const pageOf = (...records: unknown[]) => ({ records });

describe('a page of records in v3', () => {
  it('takes the key of the table from id, and the other fields from fields', () => {
    const page = pageOf(
      { id: 1, fields: { Paid: true, 'TG ID': '77' } },
      { id: 'rec_b', fields: { Paid: null, 'TG ID': null } },
    );

    expect(readPage(page, { ...FORMAT, owner: 'TG ID' })).toEqual({
      records: [
        { recordId: '1', paid: true, owner: '77' },
        { recordId: 'rec_b', paid: false, owner: null },
      ],
      isLastPage: true,
    });
  });

  it('takes an id field that is not the key from fields, and leaves out records without it', () => {
    const page = pageOf(
      { id: 1, fields: { 'Order No': 'A-17', Paid: true } },
      { id: 2, fields: { 'Order No': null, Paid: true } },
    );

    expect(readPage(page, { id: 'Order No', paid: 'Paid' }).records).toEqual([
      { recordId: 'A-17', paid: true },
    ]);
  });

  it('does not take the key for an id field that was renamed', () => {
    const page = pageOf({ id: 1, fields: { 'Number of the order': 'A-17', Paid: true } });

    expect(() => readPage(page, { id: 'Order No', paid: 'Paid' })).toThrow(FieldAbsentError);
  });

  it('names the field that a record lacks', () => {
    expect(() => readPage(pageOf({ id: 1, fields: {} }), FORMAT)).toThrow('no field "Paid"');
  });

  it.each([
    [undefined, true],
    [null, true],
    ['https://noco.example/api/v3/data/p/m/records?page=2', false],
  ])('with next %j is the last: %j', (next, isLastPage) => {
    expect(readPage({ records: [], next }, FORMAT).isLastPage).toBe(isLastPage);
  });

  it.each([
    ['nothing in it', {}],
    ['records that are none', { records: {} }],
    ['a record that is none', pageOf(1)],
    ['a record without fields', pageOf({ id: 1 })],
    ['a record without an id', pageOf({ fields: { Paid: true } })],
    ['the answer of v2', { list: [], pageInfo: { isLastPage: true } }],
  ])('is refused with %s', (_name, answer) => {
    expect(() => readPage(answer, FORMAT)).toThrow(UnexpectedShapeError);
  });
});

describe('a table in v3', () => {
  it('has fields, options, and the key by its type', () => {
    const choices = [{ title: 'Open' }, { title: 'Paid' }];

    const table = readTable({
      title: 'Payments',
      fields: [
        { id: 'c1', title: 'Id', type: 'ID', system: 0 },
        { id: 'c2', title: 'Status', type: 'SingleSelect', options: { choices } },
      ],
    });

    expect(table).toEqual({
      version: 'v3',
      title: 'Payments',
      baseId: BASE,
      fields: [
        { id: 'c1', title: 'Id', type: 'ID', isPrimaryKey: true, isSystem: false },
        {
          id: 'c2',
          title: 'Status',
          type: 'SingleSelect',
          isPrimaryKey: false,
          isSystem: false,
          options: ['Open', 'Paid'],
        },
      ],
    });
  });

  it.each([[{}], [{ fields: [1] }], [{ fields: [{ id: 'c1', title: 'Id' }] }]])(
    'is refused as %j',
    (answer) => {
      expect(() => readTable(answer)).toThrow(UnexpectedShapeError);
    },
  );
});

describe('changes in v3', () => {
  const table = json(200, { fields: [{ id: 'c1', title: 'Id', type: 'ID' }] });
  const since = Date.UTC(2026, 10, 24, 16, 8, 9);

  it("are asked for by NocoDB's own titles, which its description of the table leaves out", async () => {
    const server = await startHttpServer(table, json(200, { records: [{ id: 1, fields: { Paid: true } }] }));
    const { source, within } = sourceFor(server.url, V3);

    const page = await source.listChanged({ since, limit: 5 }, within());

    expect(page).toMatchObject({ records: [{ recordId: '1', paid: true }], isLastPage: true });
    expect(server.requests[1]?.query.get('where')).toBe(
      '((UpdatedAt,ge,exactDate,2026-11-24 16:08:09+00:00)~or(CreatedAt,ge,exactDate,2026-11-24 16:08:09+00:00))~and(Paid,checked)',
    );
    expect(server.requests[1]?.query.get('pageSize')).toBe('5');
  });

  it('are unsupported where the table has no such field after all', async () => {
    const unknown = { error: 'ERR_INVALID_FILTER', message: "Invalid filter field 'UpdatedAt' not found" };
    const server = await startHttpServer(table, json(422, unknown));
    const { source, within } = sourceFor(server.url, V3);

    const error = await failureOf(source.listChanged({ since, limit: 5 }, within()));

    expect(error.kind).toBe('ChangesUnsupported');
  });
});

describe('refusals of v3', () => {
  it.each([
    ['ERR_TABLE_NOT_FOUND', 'TableNotFound'],
    ['ERR_BASE_NOT_FOUND', 'TableNotFound'],
    ['ERR_FIELD_NOT_FOUND', 'FieldNotFound'],
    ['ERR_INVALID_FILTER', 'FieldNotFound'],
  ])('with 422 %s mean what a 404 means in v2', async (error, kind) => {
    const server = await startHttpServer(json(422, { error, message: 'not found' }));
    const { source, within } = sourceFor(server.url, V3);

    const failure = await failureOf(source.list(query(['1']), within()));

    expect(failure).toMatchObject({ kind, idMayBeBad: false });
    expect(server.requests).toHaveLength(1);
  });

  it('with the code of the database are about an id', async () => {
    const body = { error: 'ERR_DATABASE_OP_FAILED', message: "Invalid value 'x'", code: '22P02' };
    const server = await startHttpServer(json(422, body));
    const { source, within } = sourceFor(server.url, V3);

    expect((await failureOf(source.list(query(['x']), within()))).kind).toBe('InvalidQuery');
  });

  it('with 500 and no reason may be about an id, after repeats', async () => {
    const body = { error: 'ERR_INTERNAL_SERVER', message: 'Please check server log for more details' };
    const server = await startHttpServer(json(500, body));
    const { source, within } = sourceFor(server.url, V3);

    const failure = await failureOf(source.list(query(['x']), within()));

    expect(failure).toMatchObject({ kind: 'ServerFault', idMayBeBad: true });
    expect(server.requests).toHaveLength(3);
  });
});

describe('the records in v3', () => {
  function recordsFor(apiUrl: string, changes: Partial<NocoDbSettings> = {}) {
    const clock = new RecordingClock();
    const records = createRecords(settingsFor(apiUrl, { ...V3, ...changes }), {
      token: fixedToken(TOKEN),
      clock,
      random: () => 0.5,
    });
    return { records, context: { deadline: clock.now() + 10_000, report: () => {} } };
  }

  it.each([
    ['Id', '7'],
    ['Order No', 'A-17'],
  ])('are created with their values in fields, and the id comes back from %s', async (idField, expected) => {
    const created = { records: [{ id: 7, fields: { 'Order No': 'A-17', Paid: null } }] };
    const server = await startHttpServer(json(200, created));
    const { records, context } = recordsFor(server.url, { idField });

    const id = await records.create({ 'Order No': 'A-17' }, context);

    expect(id).toBe(expected);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: `/api/v3/data/${BASE}/mpayments000001/records`,
      body: { fields: { 'Order No': 'A-17' } },
    });
  });

  it('are paged by their ids', async () => {
    const records = [3, 5].map((id) => ({ id, fields: { Paid: false } }));
    const server = await startHttpServer(json(200, { records, next: 'https://elsewhere.example/?page=2' }));
    const { records: api, context } = recordsFor(server.url);

    const page = await api.listUnpaid('2', context);

    expect(page.next).toBe('5');
    expect(server.requests[0]?.query.get('where')).toBe('(Id,gt,2)~and(Paid,notchecked)');
    expect(server.requests[0]?.query.get('sort')).toBe('[{"field":"Id","direction":"asc"}]');
  });
});

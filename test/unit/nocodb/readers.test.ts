import { describe, expect, it } from 'vitest';
import { describeQueries } from '../../../lambda/nocodb/bulk-list.ts';
import type { JsonResponse } from '../../../lambda/nocodb/client.ts';
import { dialectV2 } from '../../../lambda/nocodb/dialect-v2.ts';
import { dialectV3 } from '../../../lambda/nocodb/dialect-v3.ts';
import {
  asList,
  asObject,
  asRecordId,
  ownerText,
  readResponse,
  UnexpectedShapeError,
} from '../../../lambda/nocodb/read-response.ts';
import { InvalidResponseError } from '../../../lambda/tracker/errors.ts';
import type { ExchangeEvent } from '../../../lambda/tracker/record-source.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { failureOf, query, settingsFor, sourceFor } from './fixtures.ts';

const TABLE = { tableId: 'm payments/1' };
const V2 = dialectV2(TABLE);
const V3 = dialectV3(TABLE, 'pbase');
const FORMAT = { id: 'Id', paid: 'Paid' };

function expectRefusal(read: () => unknown, words: string): void {
  expect(read).toThrow(UnexpectedShapeError);
  expect(read).toThrow(words);
}

describe('paths', () => {
  it('of v2 name the table', () => {
    expect(V2).toMatchObject({
      version: 'v2',
      recordsPath: '/api/v2/tables/m%20payments%2F1/records',
      metaPath: '/api/v2/meta',
      tablePath: '/api/v2/meta/tables/m%20payments%2F1',
      bulkListPath: '/api/v2/tables/m%20payments%2F1/bulk/datalist',
    });
  });

  it('of v3 name the base, too', () => {
    expect(V3).toMatchObject({
      version: 'v3',
      recordsPath: '/api/v3/data/pbase/m%20payments%2F1/records',
      metaPath: '/api/v3/meta/bases/pbase',
      tablePath: '/api/v3/meta/bases/pbase/tables/m%20payments%2F1',
    });
    expect(V3.bulkListPath).toBeUndefined();
  });
});

describe('the query of a list', () => {
  it('has what is asked for, encoded', () => {
    const list = { where: '(Id,in,1)', fields: 'Id,Paid', sort: 'Id', limit: 7 };

    expect(new URLSearchParams(V2.listQuery(list)).toString()).toBe(
      new URLSearchParams({ where: '(Id,in,1)', fields: 'Id,Paid', sort: 'Id', limit: '7' }).toString(),
    );
    expect([...new URLSearchParams(V3.listQuery(list))]).toEqual([
      ['where', '(Id,in,1)'],
      ['fields', 'Id,Paid'],
      ['sort', '[{"field":"Id","direction":"asc"}]'],
      ['pageSize', '7'],
    ]);
  });

  it('leaves out what is not asked for', () => {
    expect(V2.listQuery({ fields: 'Id', limit: 7 })).toBe('fields=Id&limit=7');
    expect(V3.listQuery({ fields: 'Id', limit: 7 })).toBe('fields=Id&pageSize=7');
  });
});

describe('a description of a table', () => {
  const column = { id: 'c1', title: 'Id', uidt: 'ID', pk: 1, system: 0 };
  const field = { id: 'c1', title: 'Id', type: 'ID' };

  it('is read from v2', () => {
    const colOptions = { options: [{ title: 'Open' }, { title: 'Paid' }] };
    const columns = [
      column,
      { id: 'c2', title: 'State', uidt: 'SingleSelect', system: true, colOptions },
      { id: 'c3', title: 'Sum', uidt: 'Formula', colOptions: { formula: 'x' } },
      { id: 'c4', title: 'Note', uidt: 'LongText', colOptions: null },
    ];

    expect(V2.readTable({ title: 'Payments', base_id: 'p1', columns })).toStrictEqual({
      version: 'v2',
      title: 'Payments',
      baseId: 'p1',
      fields: [
        { id: 'c1', title: 'Id', type: 'ID', isPrimaryKey: true, isSystem: false },
        {
          id: 'c2',
          title: 'State',
          type: 'SingleSelect',
          isPrimaryKey: false,
          isSystem: true,
          options: ['Open', 'Paid'],
        },
        { id: 'c3', title: 'Sum', type: 'Formula', isPrimaryKey: false, isSystem: false },
        { id: 'c4', title: 'Note', type: 'LongText', isPrimaryKey: false, isSystem: false },
      ],
    });
    expect(V2.readTable({ title: 1, base_id: null, columns: [] })).toStrictEqual({
      version: 'v2',
      fields: [],
    });
  });

  it('is read from v3', () => {
    const options = { choices: [{ title: 'Open' }] };
    const fields = [
      field,
      { id: 'c2', title: 'State', type: 'SingleSelect', system: true, options },
      { ...field, type: 'Text', options: { choices: 1 } },
    ];

    expect(V3.readTable({ title: 'Payments', fields })).toStrictEqual({
      version: 'v3',
      title: 'Payments',
      baseId: 'pbase',
      fields: [
        { id: 'c1', title: 'Id', type: 'ID', isPrimaryKey: true, isSystem: false },
        {
          id: 'c2',
          title: 'State',
          type: 'SingleSelect',
          isPrimaryKey: false,
          isSystem: true,
          options: ['Open'],
        },
        { id: 'c1', title: 'Id', type: 'Text', isPrimaryKey: false, isSystem: false },
      ],
    });
    expect(V3.readTable({ fields: [] })).toStrictEqual({ version: 'v3', baseId: 'pbase', fields: [] });
  });

  it.each([
    ['v2', () => V2.readTable(null), 'the answer is null, not an object'],
    ['v2', () => V2.readTable({}), 'the list of columns is missing, not a list'],
    ['v2', () => V2.readTable({ columns: [1] }), 'a column is of type number, not an object'],
    ['v2', () => V2.readTable({ columns: [{ ...column, id: 1 }] }), 'a column has no id, title or type'],
    ['v2', () => V2.readTable({ columns: [{ ...column, title: 1 }] }), 'a column has no id, title or type'],
    ['v2', () => V2.readTable({ columns: [{ ...column, uidt: 1 }] }), 'a column has no id, title or type'],
    [
      'v2',
      () => V2.readTable({ columns: [{ ...column, colOptions: { options: [1] } }] }),
      'an option is of type number',
    ],
    ['v3', () => V3.readTable([]), 'the answer is a list, not an object'],
    ['v3', () => V3.readTable({}), 'the list of fields is missing, not a list'],
    ['v3', () => V3.readTable({ fields: ['x'] }), 'a field is of type string, not an object'],
    ['v3', () => V3.readTable({ fields: [{ ...field, id: 1 }] }), 'a field has no id, title or type'],
    ['v3', () => V3.readTable({ fields: [{ ...field, title: 1 }] }), 'a field has no id, title or type'],
    ['v3', () => V3.readTable({ fields: [{ ...field, type: 1 }] }), 'a field has no id, title or type'],
    [
      'v3',
      () => V3.readTable({ fields: [{ ...field, options: { choices: [1] } }] }),
      'an option is of type number',
    ],
  ] as const)('in %s is refused: %#', (_, read, words) => expectRefusal(read, words));
});

describe('a page', () => {
  it.each([
    [() => V2.readPage(1, FORMAT), 'the answer is of type number'],
    [() => V2.readPage({}, FORMAT), 'the list of records is missing'],
    [() => V2.readPage({ list: [1] }, FORMAT), 'a record is of type number'],
    [() => V2.readPage({ list: [] }, FORMAT), 'pageInfo is missing, not an object'],
    [
      () => V2.readPage({ list: [], pageInfo: {} }, FORMAT),
      'pageInfo does not say whether this is the last page',
    ],
    [
      () => V2.readPage({ list: [{ Id: [], Paid: 1 }], pageInfo: {} }, FORMAT),
      "a record's Id is a list, not a number or text",
    ],
    [() => V2.readPage({ list: [{ Id: 1 }], pageInfo: {} }, FORMAT), 'a record has no field "Paid"'],
    [() => V3.readPage(1, FORMAT), 'the answer is of type number'],
    [() => V3.readPage({}, FORMAT), 'the list of records is missing'],
    [() => V3.readPage({ records: [1] }, FORMAT), 'a record is of type number'],
    [() => V3.readPage({ records: [{ id: 1 }] }, FORMAT), 'the fields of a record is missing'],
    [
      () => V3.readPage({ records: [{ id: 1, fields: { No: 1, Paid: 1 } }] }, FORMAT),
      'a record has no field "Id", but "No"',
    ],
  ])('that is none is refused: %#', expectRefusal);
});

describe('a new record', () => {
  it('is sent and read in both versions', () => {
    expect(V2.newRecord({ a: 1 })).toEqual({ a: 1 });
    expect(V2.readNewId({ Id: 7 }, 'Id')).toBe(7);
    expect(V3.newRecord({ a: 1 })).toEqual({ fields: { a: 1 } });
    expect(V3.readNewId({ records: [{ id: 7, fields: { No: 'A' } }] }, 'Id')).toBe(7);
    expect(V3.readNewId({ records: [{ id: 7, fields: { No: 'A' } }] }, 'No')).toBe('A');
  });

  it.each([
    [() => V2.readNewId(1, 'Id'), 'the answer is of type number'],
    [() => V3.readNewId(1, 'Id'), 'the answer is of type number'],
    [() => V3.readNewId({}, 'Id'), 'the list of records is missing'],
    [() => V3.readNewId({ records: [] }, 'Id'), 'the new record is missing'],
    [() => V3.readNewId({ records: [{ id: 7 }] }, 'Id'), 'the fields of the new record is missing'],
  ])('that is none is refused: %#', expectRefusal);
});

describe('values', () => {
  it('are what they are called', () => {
    expect(asObject({ a: 1 }, 'x')).toEqual({ a: 1 });
    expect(asList([1], 'x')).toEqual([1]);
    expect([asRecordId(1, 'x'), asRecordId('a', 'x')]).toEqual(['1', 'a']);
    expect(() => asObject([], 'x')).toThrow('x is a list, not an object');
    expect(() => asList({}, 'x')).toThrow('x is of type object, not a list');
    expect(() => asRecordId(true, 'x')).toThrow('x is of type boolean, not a number or text');
    expect(() => asRecordId(undefined, 'x')).toThrow('x is missing');
  });

  it.each([
    [null, null],
    [undefined, null],
    ['', null],
    ['  ', null],
    [' a ', 'a'],
    [7, '7'],
    [7n, '7'],
    [[], null],
    [['a'], 'a'],
    [['a', 'b'], '["a","b"]'],
    [{ a: 1 }, '{"a":1}'],
    [true, 'true'],
  ])('of an owner field: %o is %j', (value, text) => {
    expect(ownerText(value)).toBe(text);
  });
});

describe('a response', () => {
  const exchange = {
    type: 'nocodb.response',
    method: 'GET',
    endpoint: '/x',
    status: 200,
    milliseconds: 3,
    bytes: 9,
  } as const;
  const response: JsonResponse = { json: [1, 2], names: { operation: 'list', target: 'GET x' }, exchange };
  const read = <T>(reader: (json: unknown) => T, count?: (value: T) => number) => {
    const events: ExchangeEvent[] = [];
    const run = () => readResponse(response, { report: (event) => events.push(event) }, reader, count);
    return { events, run };
  };

  it('that can be read is reported with its records', () => {
    const { events, run } = read(
      (json) => json as number[],
      (list) => list.length,
    );

    expect(run()).toEqual([1, 2]);
    expect(events).toEqual([{ ...exchange, outcome: 'ok', records: 2 }]);
    const none = read((json) => json);
    none.run();
    expect(none.events).toEqual([{ ...exchange, outcome: 'ok', records: 0 }]);
  });

  it('that cannot be read is reported as failed', () => {
    const cause = new UnexpectedShapeError('no list');
    const { events, run } = read(() => {
      throw cause;
    });

    expect(run).toThrow(InvalidResponseError);
    expect(run).toThrow(
      'list [GET x]: no list. See whether this is NocoDB, with its API v2 or v3, and whether a field was renamed.',
    );
    expect(run).toThrow(expect.objectContaining({ cause }));
    expect(events[0]).toEqual({ ...exchange, outcome: 'failed', records: 0 });
    expect(cause.name).toBe('UnexpectedShapeError');
  });

  it('whose reader has a bug is reported, and the bug is not hidden', () => {
    const { events, run } = read(() => {
      throw new RangeError('a bug');
    });

    expect(run).toThrow(RangeError);
    expect(events).toEqual([{ ...exchange, outcome: 'failed', records: 0 }]);
  });
});

describe('a server without bulk lists', () => {
  it.each([
    [404, { msg: 'Cannot POST /x' }, true],
    [405, {}, true],
    [501, {}, true],
    [400, { msg: 'bulkFilterList is missing' }, true],
    [404, { error: 'ERR_TABLE_NOT_FOUND' }, false],
    [400, { msg: 'no' }, false],
    [400, { error: 'ERR_X', msg: 'bulkFilterList' }, false],
  ])('answers %i %j: %s', async (status, body, lacksThem) => {
    const server = await startHttpServer(json(status, body));
    const { source, within } = sourceFor(server.url, { apiVersion: 'v2' });

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error.kind === 'BulkListUnsupported').toBe(lacksThem);
    if (lacksThem) {
      const reason = (body as { msg?: string }).msg;
      expect(error.problem).toBe(
        `the server has no bulk lists (${status}${reason === undefined ? '' : ` ${reason}`})`,
      );
      expect(error.target).toContain('/bulk/datalist');
      expect(error.hint).toContain('NocoDB 0.262 and later has bulk lists in its API v2');
      expect(error.cause).toBeDefined();
    }
  });

  it('is every server in v3: nothing is sent', async () => {
    const { source, within, events } = sourceFor('http://127.0.0.1:9', { apiVersion: 'v3', baseId: 'pbase' });

    const error = await failureOf(source.listMany([query(['1'])], within()));

    expect(error).toMatchObject({
      kind: 'BulkListUnsupported',
      operation: 'list records',
      target: 'http://127.0.0.1:9',
      problem: "NocoDB's API v3 has no bulk lists",
    });
    expect(events).toEqual([]);
  });
});

it('a log shows the first two queries of a bulk list, and how many follow', () => {
  const settings = settingsFor('http://x');
  const show = (count: number) =>
    describeQueries(
      settings,
      Array.from({ length: count }, (_, index) => query([`${index}`])),
      V2,
    ).split(' | ');

  expect(show(2)).toHaveLength(2);
  expect(show(3)[2]).toBe('…+1');
  expect(show(1)[0]).toContain('(Id,in,0)');
});

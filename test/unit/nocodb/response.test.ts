import { describe, expect, it } from 'vitest';
import { readBulkPages } from '../../../lambda/nocodb/bulk-list.ts';
import { dialectV2 } from '../../../lambda/nocodb/dialect-v2.ts';
import { FieldAbsentError, UnexpectedShapeError } from '../../../lambda/nocodb/read-response.ts';

const FORMAT = { id: 'Id', paid: 'Paid' };
const V2 = dialectV2({ tableId: 'mpayments000001' });
const { readPage } = V2;
const LAST = { isLastPage: true };

describe('a page of records', () => {
  it('is read from both databases alike', () => {
    const sqlite = readPage(
      {
        list: [
          { Id: 1, Paid: 1 },
          { Id: 2, Paid: 0 },
          { Id: 3, Paid: null },
        ],
        pageInfo: LAST,
      },
      FORMAT,
    );
    const postgres = readPage(
      {
        list: [
          { Id: 1, Paid: true },
          { Id: 2, Paid: false },
          { Id: 3, Paid: null },
        ],
        pageInfo: LAST,
      },
      FORMAT,
    );

    expect(sqlite).toEqual({
      records: [
        { recordId: '1', paid: true },
        { recordId: '2', paid: false },
        { recordId: '3', paid: false },
      ],
      isLastPage: true,
    });
    expect(postgres).toEqual(sqlite);
  });

  it('has the owner when an owner field is configured, and only then', () => {
    const answer = {
      list: [
        { Id: 'rec_a', Paid: true, 'TG ID': 12345 },
        { Id: 'rec_b', Paid: true, 'TG ID': null },
      ],
      pageInfo: LAST,
    };

    expect(readPage(answer, { ...FORMAT, owner: 'TG ID' }).records).toEqual([
      { recordId: 'rec_a', paid: true, owner: '12345' },
      { recordId: 'rec_b', paid: true, owner: null },
    ]);
    expect(readPage(answer, FORMAT).records[0]).toEqual({ recordId: 'rec_a', paid: true });
  });

  it('says whether more follows', () => {
    expect(readPage({ list: [], pageInfo: { isLastPage: false } }, FORMAT).isLastPage).toBe(false);
  });

  it('leaves out records whose id field is empty', () => {
    expect(
      readPage(
        {
          list: [
            { Id: null, Paid: true },
            { Id: 2, Paid: true },
          ],
          pageInfo: LAST,
        },
        FORMAT,
      ).records,
    ).toEqual([{ recordId: '2', paid: true }]);
  });

  it.each([
    ['null', null],
    ['a text', 'ok'],
    ['a list', []],
    ['nothing in it', {}],
    ['a list that is none', { list: {}, pageInfo: LAST }],
    ['no page info', { list: [] }],
    ['page info that is none', { list: [], pageInfo: [] }],
    ['no word on whether it is the last', { list: [], pageInfo: { page: 1 } }],
    ['a last page that is no boolean', { list: [], pageInfo: { isLastPage: 'true' } }],
    ['a record that is none', { list: [1], pageInfo: LAST }],
    ['an id that is no id', { list: [{ Id: {}, Paid: 1 }], pageInfo: LAST }],
    ['an id that is true', { list: [{ Id: true, Paid: 1 }], pageInfo: LAST }],
    ['records without an id', { list: [{ Paid: 1 }], pageInfo: LAST }],
  ])('is refused with %s', (_case, answer) => {
    expect(() => readPage(answer, FORMAT)).toThrow(UnexpectedShapeError);
  });

  it('names the field that a record lacks', () => {
    expect(() => readPage({ list: [{ Id: 1 }], pageInfo: LAST }, FORMAT)).toThrow(FieldAbsentError);
    expect(() => readPage({ list: [{ Id: 1 }], pageInfo: LAST }, FORMAT)).toThrow('no field "Paid"');
  });

  it('takes no field from the prototype', () => {
    const format = { id: 'Id', paid: 'constructor' };

    expect(() => readPage({ list: [{ Id: 1 }], pageInfo: LAST }, format)).toThrow(FieldAbsentError);
  });
});

describe('the answer to a bulk list', () => {
  const pageOf = (id: number) => ({ list: [{ Id: id, Paid: 1 }], pageInfo: LAST });

  it('comes in the order of the queries, whatever the order of the answer', () => {
    const pages = readBulkPages({ q1: pageOf(2), q0: pageOf(1), other: 1 }, 2, V2, FORMAT);

    expect(pages.map(({ records }) => records[0]?.recordId)).toEqual(['1', '2']);
  });

  it('has to hold every query', () => {
    expect(() => readBulkPages({ q0: pageOf(1) }, 2, V2, FORMAT)).toThrow('query q1 of 2 has no answer');
  });

  it('has to hold a whole page for each', () => {
    expect(() => readBulkPages({ q0: pageOf(1), q1: { list: [] } }, 2, V2, FORMAT)).toThrow(
      UnexpectedShapeError,
    );
  });
});

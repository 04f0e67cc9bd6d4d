import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkBody, describeQueries } from '../../../lambda/nocodb/bulk-list.ts';
import type { Dialect } from '../../../lambda/nocodb/dialect.ts';
import { dialectV2 } from '../../../lambda/nocodb/dialect-v2.ts';
import { dialectV3 } from '../../../lambda/nocodb/dialect-v3.ts';
import { fitsUrl, MAX_IDS_IN_URL, MAX_URL_BYTES } from '../../../lambda/nocodb/fits-url.ts';
import {
  type ChangeFields,
  changedList,
  describeQuery,
  idList,
  unpaidList,
  whereClause,
} from '../../../lambda/nocodb/query.ts';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';
import type { ChangeQuery, RecordQuery } from '../../../lambda/tracker/record-source.ts';
import { query, settingsFor } from './fixtures.ts';

const API_URL = 'https://noco.example';
const checkbox = settingsFor(API_URL);
const select = settingsFor(API_URL, {
  paidField: 'Status',
  paidValues: ['Paid', 'Paid (cash)'],
  ownerField: 'TG ID',
});

const v2 = dialectV2(checkbox);
const v3 = dialectV3(checkbox, 'pqot58neiu3o1xo');

const queryString = (settings: NocoDbSettings, wanted: RecordQuery) =>
  v2.listQuery(idList(settings, wanted, v2));
const unpaidQueryString = (settings: NocoDbSettings, after: string | undefined, limit: number) =>
  v2.listQuery(unpaidList(settings, { after, limit }, v2));
const changedQueryString = (settings: NocoDbSettings, fields: ChangeFields, wanted: ChangeQuery) =>
  v2.listQuery(changedList(settings, fields, wanted, v2));

const recordId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const recordIds = fc.array(recordId, { maxLength: 30 });

/** Titles and values that the settings accept. */
const title = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .filter((name) => isAccepted('NOCODB_PAID_FIELD', name));
const value = fc
  .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
  .filter((text) => !text.includes(',') && isAccepted('NOCODB_PAID_VALUES', text));

function isAccepted(variable: string, text: string): boolean {
  if (text.trim() !== text || text === '') return false;
  try {
    parseTrackerSettings({ NOCODB_API_URL: API_URL, NOCODB_TABLE_ID: 'mq13l0ec25f9v23', [variable]: text });
    return true;
  } catch {
    return false;
  }
}

/** Parses a where clause as NocoDB's v2 does: conditions begin at `~and(`, a field ends at the first `,operator`. */
function parseWhere(where: string): { field: string; operator: string; values: string[] }[] {
  if (where === '') return [];
  if (/\(\(|\(~/.test(where)) throw new Error(`nested: ${where}`);
  return where.split(/(?=~(?:and|or|not)\w*\()/).map((condition) => {
    const match = /^(?:~and)?\((.*?),(\w+)(?:,(.*))?\)$/.exec(condition);
    if (match === null) throw new Error(`no condition: ${condition}`);
    const [, field = '', operator = '', values] = match;
    return { field, operator, values: values?.split(',') ?? [] };
  });
}

describe('the where clause', () => {
  it('asks for ticked boxes with checked, which is right on every database', () => {
    expect(whereClause(checkbox, query(['1', '2', '10']), v2)).toBe('(Id,in,1,2,10)~and(Paid,checked)');
  });

  it('asks for the values that mean paid', () => {
    expect(whereClause(select, query(['1']), v2)).toBe('(Id,in,1)~and(Status,in,Paid,Paid (cash))');
  });

  it('has quotes in v3 where a title or value needs them', () => {
    const settings = settingsFor(API_URL, {
      idField: 'Order No',
      paidField: "Kunde's Zahlung",
      paidValues: ['Paid', "it's (paid)", 'say "paid"', 'ü', `"both's"`],
    });

    expect(whereClause(settings, query(['A-17']), v3)).toBe(
      `("Order No",in,A-17)~and("Kunde's Zahlung",in,Paid,"it's (paid)",'say "paid"',"ü","both's")`,
    );
    expect(whereClause(settings, query(['A-17']), v2)).toContain("(Kunde's Zahlung,in,Paid,it's (paid),");
  });

  it('asks for existence with the ids alone', () => {
    expect(whereClause(checkbox, query(['1', '2'], { want: 'existing' }), v2)).toBe('(Id,in,1,2)');
  });

  it('has no condition on the id when no ids are given', () => {
    expect(whereClause(checkbox, query([]), v2)).toBe('(Paid,checked)');
    expect(whereClause(checkbox, query([], { want: 'existing' }), v2)).toBe('');
  });

  it('is read by NocoDB as the same ids, fields and values', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(recordId, { minLength: 1, maxLength: 30 }),
        title,
        title,
        fc.option(fc.array(value, { minLength: 1, maxLength: 5 }), { nil: undefined }),
        (ids, idField, paidField, paidValues) => {
          const changes = { idField, paidField, ...(paidValues === undefined ? {} : { paidValues }) };
          const where = whereClause(settingsFor(API_URL, changes), query(ids), v2);

          expect(parseWhere(where)).toEqual([
            { field: idField, operator: 'in', values: ids },
            {
              field: paidField,
              operator: paidValues === undefined ? 'checked' : 'in',
              values: paidValues ?? [],
            },
          ]);
        },
      ),
    );
  });
});

describe('the URL of a GET', () => {
  it('leaves commas, parentheses and tildes as they are and encodes the rest', () => {
    expect(queryString(select, query(['1', '2'], { limit: 100 }))).toBe(
      'where=(Id,in,1,2)~and(Status,in,Paid,Paid%20(cash))&fields=Id,Status,TG%20ID&limit=100',
    );
  });

  it('survives characters that mean something in a URL', () => {
    const settings = settingsFor(API_URL, { paidField: 'a&b=c#d%e+f?g/h', paidValues: ['100%', 'ü+ü'] });
    const parameters = new URLSearchParams(queryString(settings, query(['1'])));

    expect(parameters.get('where')).toBe('(Id,in,1)~and(a&b=c#d%e+f?g/h,in,100%,ü+ü)');
    expect(parameters.get('fields')).toBe('Id,a&b=c#d%e+f?g/h');
  });

  it('has the size of a page and the order in other parameters in v3', () => {
    const list = { ...idList(checkbox, query(['1', '2']), v3), sort: 'TG ID' };

    expect(v3.listQuery(list)).toBe(
      'where=(Id,in,1,2)~and(Paid,checked)&fields=Id,Paid' +
        '&sort=%5B%7B%22field%22%3A%22TG%20ID%22,%22direction%22%3A%22asc%22%7D%5D&pageSize=1000',
    );
    expect(new URLSearchParams(v3.listQuery(list)).get('sort')).toBe('[{"field":"TG ID","direction":"asc"}]');
  });

  it('asks for each field once', () => {
    const settings = settingsFor(API_URL, { idField: 'TG ID', ownerField: 'TG ID' });

    expect(new URLSearchParams(queryString(settings, query(['1']))).get('fields')).toBe('TG ID,Paid');
  });

  it('fits exactly when it has at most 4096 bytes and 500 ids', () => {
    fc.assert(
      fc.property(fc.array(recordId, { maxLength: 700 }), fc.webPath(), title, (ids, path, paidField) => {
        const settings = settingsFor(`${API_URL}${path}`, { paidField });
        const bytesIn = (dialect: Dialect) =>
          Buffer.byteLength(
            new URL(
              `${settings.apiUrl}${dialect.recordsPath}?${dialect.listQuery(idList(settings, query(ids), dialect))}`,
            ).href,
          );
        const fits = bytesIn(v3) <= MAX_URL_BYTES && ids.length <= MAX_IDS_IN_URL;

        expect(fitsUrl(settings, ids, 'paid')).toBe(fits);
        expect(bytesIn(v2)).toBeLessThan(bytesIn(v3));
      }),
    );
  });

  it('takes the 500 ids of a young table, but not 501', () => {
    const ids = Array.from({ length: MAX_IDS_IN_URL }, (_, index) => String(index + 1000));

    expect(fitsUrl(checkbox, ids, 'paid')).toBe(true);
    expect(fitsUrl(checkbox, [...ids, '9999'], 'paid')).toBe(false);
  });
});

describe('the body of a bulk list', () => {
  it('holds one query for each page, unencoded', () => {
    expect(
      bulkBody(
        select,
        [query(['1']), query(['2'], { want: 'existing', limit: 7 }), query([], { want: 'existing' })],
        v2,
      ),
    ).toEqual([
      {
        alias: 'q0',
        where: '(Id,in,1)~and(Status,in,Paid,Paid (cash))',
        fields: 'Id,Status,TG ID',
        limit: 1000,
      },
      { alias: 'q1', where: '(Id,in,2)', fields: 'Id,Status,TG ID', limit: 7 },
      { alias: 'q2', fields: 'Id,Status,TG ID', limit: 1000 },
    ]);
  });
});

describe('the list of unpaid records', () => {
  it('goes on after an id, in the order of the ids', () => {
    expect(unpaidQueryString(checkbox, undefined, 100)).toBe(
      'where=(Paid,notchecked)&fields=Id,Paid&sort=Id&limit=100',
    );
    expect(unpaidQueryString(checkbox, '17', 100)).toContain('where=(Id,gt,17)~and(Paid,notchecked)&');
  });

  it('does not let the server judge values', () => {
    expect(unpaidQueryString(select, undefined, 100)).toBe('fields=Id,Status,TG%20ID&sort=Id&limit=100');
    expect(unpaidQueryString(select, '17', 100)).toContain('where=(Id,gt,17)&');
  });
});

describe('the list of changed records', () => {
  const SINCE = Date.UTC(2026, 10, 24, 16, 8, 9, 999);
  const fields = { updated: 'cupdated0000000', created: 'ccreated0000000' };
  const whereOf = (...args: Parameters<typeof changedQueryString>) =>
    new URLSearchParams(changedQueryString(...args).replaceAll('+', '%2B')).get('where');

  it('asks for paid records changed or created since a whole second, in the order of their ids', () => {
    expect(changedQueryString(checkbox, fields, { since: SINCE, limit: 1000 })).toBe(
      'where=((cupdated0000000,ge,exactDate,2026-11-24%2016%3A08%3A09%2B00%3A00)' +
        '~or(ccreated0000000,ge,exactDate,2026-11-24%2016%3A08%3A09%2B00%3A00))~and(Paid,checked)' +
        '&fields=Id,Paid&sort=Id&limit=1000',
    );
  });

  it('goes on behind an id', () => {
    expect(whereOf(checkbox, fields, { since: SINCE, after: '17', limit: 1000 })).toMatch(
      /~and\(Paid,checked\)~and\(Id,gt,17\)$/,
    );
  });

  it('asks for the values that mean paid, and for the owner', () => {
    const text = changedQueryString(select, fields, { since: SINCE, limit: 5 });

    expect(text).toContain('~and(Status,in,Paid,Paid%20(cash))&fields=Id,Status,TG%20ID&sort=Id&limit=5');
  });

  it('asks for the time of change alone where the table has no time of creation', () => {
    expect(whereOf(checkbox, { updated: 'u' }, { since: SINCE, limit: 1000 })).toBe(
      '(u,ge,exactDate,2026-11-24 16:08:09+00:00)~and(Paid,checked)',
    );
  });
});

describe('a query as a person reads it', () => {
  it('shows the first ids and how many more', () => {
    const ids = Array.from({ length: 45 }, (_, index) => String(index + 1));

    expect(describeQuery(checkbox, query(ids), v2)).toBe(
      'where=(Id,in,1,2,3,…+42)~and(Paid,checked) fields=Id,Paid limit=1000',
    );
    expect(describeQuery(checkbox, query(ids.slice(0, 4)), v2)).toContain('(Id,in,1,2,3,4)');
  });

  it('shows the first queries of a bulk list', () => {
    const queries = ['1', '2', '3', '4'].map((id) => query([id]));

    expect(describeQueries(checkbox, queries, v2)).toMatch(
      /^where=\(Id,in,1\).* \| where=\(Id,in,2\).* \| …\+2$/,
    );
    expect(describeQueries(checkbox, queries.slice(0, 2), v2)).not.toContain('…');
  });

  it('stays short however many ids there are', () => {
    fc.assert(
      fc.property(recordIds, (ids) => {
        expect(describeQuery(checkbox, query(ids), v2).length).toBeLessThan(64 * 4 + 100);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { parseTrackerSettings } from '../../../lambda/settings/read-tracker-settings.ts';
import { SettingsError } from '../../../lambda/settings/settings-error.ts';

const WORKING = { NOCODB_API_URL: 'https://noco.example', NOCODB_TABLE_ID: 'mq13l0ec25f9v23' };

const parse = (input: Record<string, string | undefined>) => parseTrackerSettings(input).nocodb;

function faultsOf(input: Record<string, string | undefined>): readonly string[] {
  try {
    parse(input);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe('the NocoDB settings', () => {
  it('need an address and a table; the rest has defaults', () => {
    expect(parse(WORKING)).toEqual({
      apiUrl: 'https://noco.example',
      tableId: 'mq13l0ec25f9v23',
      apiVersion: 'auto',
      idField: 'Id',
      paidField: 'Paid',
    });
  });

  it('take every variable, trimmed', () => {
    const settings = parse({
      NOCODB_API_URL: ' https://noco.example/dashboard/ ',
      NOCODB_TABLE_ID: ' mq13l0ec25f9v23\n',
      NOCODB_BASE_ID: 'pqot58neiu3o1xo ',
      NOCODB_API_VERSION: ' v3',
      NOCODB_ID_FIELD: 'Order No',
      NOCODB_PAID_FIELD: "Kunde's Zahlung",
      NOCODB_PAID_VALUES: 'Paid, Paid (cash),Paid,',
      NOCODB_OWNER_FIELD: 'TG ID',
    });

    expect(settings).toEqual({
      apiUrl: 'https://noco.example',
      tableId: 'mq13l0ec25f9v23',
      baseId: 'pqot58neiu3o1xo',
      apiVersion: 'v3',
      idField: 'Order No',
      paidField: "Kunde's Zahlung",
      paidValues: ['Paid', 'Paid (cash)'],
      ownerField: 'TG ID',
    });
  });

  it('count blank variables as absent', () => {
    const blank = { NOCODB_ID_FIELD: '', NOCODB_PAID_VALUES: ' ', NOCODB_OWNER_FIELD: undefined };

    expect(parse({ ...WORKING, ...blank })).toEqual(parse(WORKING));
  });

  it('take the table from an address out of the browser, unless one is given', () => {
    const NOCODB_API_URL = 'https://noco.example/dashboard/#/nc/pqot58neiu3o1xo/mfaob33z2nnrxve';

    expect(parse({ NOCODB_API_URL }).tableId).toBe('mfaob33z2nnrxve');
    expect(parse({ ...WORKING, NOCODB_API_URL }).tableId).toBe(WORKING.NOCODB_TABLE_ID);
  });

  it('take the table and its base from the address of the table, in either variable', () => {
    const address = 'https://noco.example/dashboard/#/nc/pqot58neiu3o1xo/mfaob33z2nnrxve';
    const ids = { tableId: 'mfaob33z2nnrxve', baseId: 'pqot58neiu3o1xo' };

    expect(parse({ NOCODB_API_URL: address })).toMatchObject(ids);
    expect(parse({ ...WORKING, NOCODB_TABLE_ID: address })).toMatchObject(ids);
    expect(parse({ NOCODB_API_URL: address, NOCODB_BASE_ID: 'potherbase00001' }).baseId).toBe(
      'potherbase00001',
    );
    expect(faultsOf({ ...WORKING, NOCODB_TABLE_ID: 'https://noco.example/dashboard' })).toEqual([
      expect.stringMatching(/^NOCODB_TABLE_ID "https:.*" is not a table id/),
    ]);
  });

  it('know two versions of the API, and the ids of bases', () => {
    expect(faultsOf({ ...WORKING, NOCODB_API_VERSION: 'v1', NOCODB_BASE_ID: 'My base' })).toEqual([
      expect.stringMatching(/^NOCODB_BASE_ID "My base" is not the id of a base: it begins with p/),
      'NOCODB_API_VERSION "v1" is not one of auto, v2, v3',
    ]);
  });

  it('report all faults together', () => {
    const faults = faultsOf({
      NOCODB_API_URL: 'noco.example',
      NOCODB_TABLE_ID: 'My payments',
      NOCODB_ID_FIELD: 'Id,Nr',
      NOCODB_PAID_FIELD: 'Paid (EUR)',
      NOCODB_PAID_VALUES: 'Paid,a~b',
      NOCODB_OWNER_FIELD: 'a~or',
    });

    expect(faults).toEqual([
      expect.stringMatching(/^NOCODB_API_URL has to begin with http/),
      expect.stringMatching(/^NOCODB_TABLE_ID "My payments" is not a table id.*begins with m/),
      expect.stringMatching(/^NOCODB_ID_FIELD "Id,Nr" holds a comma.*c…/),
      expect.stringMatching(/^NOCODB_PAID_FIELD "Paid \(EUR\)" holds/),
      expect.stringMatching(/^NOCODB_PAID_VALUES "a~b" holds/),
      expect.stringMatching(/^NOCODB_OWNER_FIELD "a~or" holds/),
    ]);
  });

  it('say in one message what is wrong', () => {
    expect(() => parse({})).toThrow(
      /^2 settings are wrong:\n- NOCODB_API_URL is missing.*\n- NOCODB_TABLE_ID is missing/,
    );
  });

  it('name the variable that was probably meant', () => {
    const faults = faultsOf({ NOCODB_URL: 'https://noco.example', NC_TABLE_ID: 'm1' });

    expect(faults).toEqual([
      expect.stringContaining('NOCODB_URL is set; did you mean NOCODB_API_URL?'),
      expect.stringContaining('NC_TABLE_ID is set; did you mean NOCODB_TABLE_ID?'),
    ]);
  });

  it('do not fall back to a default when the variable is misspelt', () => {
    const faults = faultsOf({ ...WORKING, NOCODB_PAYED_FIELD: 'Bezahlt', NOCODB_PAID_VALUE: 'ja' });

    expect(faults).toEqual([
      'NOCODB_PAYED_FIELD is set, but NOCODB_PAID_FIELD is what is read',
      'NOCODB_PAID_VALUE is set, but NOCODB_PAID_VALUES is what is read',
    ]);
  });

  it('ignore variables that have nothing to do with them', () => {
    const others = { PATH: '/bin', NOCODB_API_TOKEN: 'x', NC_DB: 'pg://', HOME: '/root', TABLE_NAME: 't' };

    expect(faultsOf({ ...WORKING, ...others })).toEqual([]);
  });

  it.each(['mq13l0ec25f9v23', 'mfaob33z2nnrxve', 'md_6o8hnu4g5grkd8'])(
    'take %s for a table id',
    (NOCODB_TABLE_ID) => {
      expect(parse({ ...WORKING, NOCODB_TABLE_ID }).tableId).toBe(NOCODB_TABLE_ID);
    },
  );

  it.each([
    'm1/records',
    'm 1',
    'm1?x',
    'Zahlungen (neu)',
    'm1#',
    'Payments',
    'mypayments',
    'Mq13l0ec25f9v23',
    'pqot58neiu3o1xo',
    'vwfmb7b2b1o06517',
  ])('do not take %s for one', (NOCODB_TABLE_ID) => {
    expect(faultsOf({ ...WORKING, NOCODB_TABLE_ID })).toEqual([
      expect.stringMatching(
        /^NOCODB_TABLE_ID ".+" is not a table id, maybe the table's title: .*begins with m/,
      ),
    ]);
  });

  it.each(['a,b', 'a(b', 'a)b', 'a~b', 'a\nb', 'a\u2028b', 'x'.repeat(256)])(
    'refuse %j as a field',
    (NOCODB_OWNER_FIELD) => {
      expect(faultsOf({ ...WORKING, NOCODB_OWNER_FIELD })).toHaveLength(1);
    },
  );

  it.each(['a((b', 'a))b', 'a~b', 'a\nb', 'a\u2028b', 'x'.repeat(256)])(
    'refuse %j as a value',
    (NOCODB_PAID_VALUES) => {
      expect(faultsOf({ ...WORKING, NOCODB_PAID_VALUES })).toHaveLength(1);
    },
  );

  it('refuse a list of values without a value', () => {
    expect(faultsOf({ ...WORKING, NOCODB_PAID_VALUES: ' , ,' })).toEqual([
      expect.stringContaining('holds no value'),
    ]);
  });
});

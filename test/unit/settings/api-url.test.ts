import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeApiUrl } from '../../../lambda/settings/api-url.ts';

const TABLE = 'mq13l0ec25f9v23';
const BASE = 'pqot58neiu3o1xo';

describe('the address of NocoDB', () => {
  it.each([
    ['https://noco.example', 'https://noco.example'],
    ['  https://noco.example/  ', 'https://noco.example'],
    ['https://noco.example//', 'https://noco.example'],
    ['https://NOCO.example:8443/', 'https://noco.example:8443'],
    ['http://localhost:8080/dashboard', 'http://localhost:8080'],
    ['http://localhost:8080/dashboard/', 'http://localhost:8080'],
    ['http://[::1]:8080/dashboard/#/', 'http://[::1]:8080'],
    ['https://noco.example/api/v2', 'https://noco.example'],
    ['https://noco.example/api/v2/', 'https://noco.example'],
    ['https://noco.example//api/v2', 'https://noco.example'],
    ['https://noco.example/api/v1', 'https://noco.example'],
    ['https://noco.example/api/v1/db/meta/projects', 'https://noco.example'],
    ['https://noco.example/api/v2/api/v2', 'https://noco.example'],
    ['https://noco.example/dashboard/api/v2', 'https://noco.example'],
    ['https://noco.example/api/v2/meta/bases/pqot58neiu3o1xo/swagger', 'https://noco.example'],
    ['https://noco.example/dashboard/#/signin?continueAfterSignIn=/', 'https://noco.example'],
    ['https://intra.example/tools/noco', 'https://intra.example/tools/noco'],
    ['https://intra.example/tools/noco/', 'https://intra.example/tools/noco'],
    ['https://intra.example/tools/noco/dashboard/', 'https://intra.example/tools/noco'],
    ['https://intra.example/tools/noco/api/v2/', 'https://intra.example/tools/noco'],
    ['https://gateway.example/api/v1/nocodb', 'https://gateway.example/api/v1/nocodb'],
  ])('%s becomes %s', (pasted, apiUrl) => {
    expect(normalizeApiUrl(pasted)).toEqual({ apiUrl });
  });

  it.each([
    [`https://noco.example/dashboard/#/nc/${BASE}/${TABLE}`, 'https://noco.example'],
    [`https://noco.example/dashboard/#/nc/${BASE}/${TABLE}?rowId=7`, 'https://noco.example'],
    [`https://noco.example/dashboard/#/nc/${BASE}/${TABLE}/vwfmb7b2b1o06517/x`, 'https://noco.example'],
    [`https://app.nocodb.com/#/wux6zxnq/${BASE}/${TABLE}`, 'https://app.nocodb.com'],
    [`https://intra.example/noco/dashboard/#/nc/${BASE}/${TABLE}`, 'https://intra.example/noco'],
    [`https://noco.example/api/v3/data/${BASE}/${TABLE}/records`, 'https://noco.example'],
    [`https://noco.example/api/v3/meta/bases/${BASE}/tables/${TABLE}`, 'https://noco.example'],
  ])('%s also names the table and its base', (pasted, apiUrl) => {
    expect(normalizeApiUrl(pasted)).toEqual({ apiUrl, tableId: TABLE, baseId: BASE });
  });

  it('may name the ids of older bases', () => {
    expect(normalizeApiUrl('https://noco.example/#/nc/p_egch5370h5zwqh/md_6o8hnu4g5grkd8')).toEqual({
      apiUrl: 'https://noco.example',
      tableId: 'md_6o8hnu4g5grkd8',
      baseId: 'p_egch5370h5zwqh',
    });
  });

  it.each([
    `https://noco.example/api/v2/tables/${TABLE}/records?limit=25&where=`,
    `https://noco.example/api/v2/meta/tables/${TABLE}`,
    `https://noco.example/#/${TABLE}`,
  ])('%s names the table, and no base', (pasted) => {
    expect(normalizeApiUrl(pasted)).toEqual({ apiUrl: 'https://noco.example', tableId: TABLE });
  });

  it('takes no table from the address of a form, a view or a base', () => {
    const form = normalizeApiUrl('https://app.nocodb.com/#/nc/form/d5089d09-f289-400a-bb3e-b52f26791769');
    const base = normalizeApiUrl('https://noco.example/dashboard/#/nc/pqot58neiu3o1xo');

    expect(form).toEqual({ apiUrl: 'https://app.nocodb.com' });
    expect(base).toEqual({ apiUrl: 'https://noco.example' });
  });

  it.each([
    ['', 'http:// or https://'],
    ['noco.example', 'http:// or https://'],
    ['localhost:8080', 'http:// or https://'],
    ['//noco.example', 'http:// or https://'],
    ['ftp://noco.example', 'not ftp://'],
    ['https://', 'not a URL'],
    ['https://noco example', 'not a URL'],
    ['https://noco.example/?key=1', 'the form that works is https://noco.example'],
  ])('%j is refused with the form that works', (pasted, words) => {
    expect(normalizeApiUrl(pasted)).toEqual({ fault: expect.stringContaining(words) });
  });

  it('refuses a password in it without repeating it', () => {
    const result = normalizeApiUrl('https://admin:hunter2@noco.example/dashboard');

    expect(result).toEqual({ fault: expect.stringContaining('https://noco.example') });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('stays the same when it is normalised again, whatever was pasted', () => {
    const suffix = fc.constantFrom(
      '',
      '/',
      '//',
      '/dashboard',
      '/dashboard/',
      '/api/v2',
      '/api/v1/',
      '/api/v2/tables/m1/records',
    );
    const pasted = fc
      .tuple(
        fc.webUrl({ withFragments: false, withQueryParameters: false }),
        fc.array(suffix, { maxLength: 4 }),
      )
      .map(([url, suffixes]) => url + suffixes.join(''));

    fc.assert(
      fc.property(pasted, (url) => {
        const once = normalizeApiUrl(url);
        if ('fault' in once) throw new Error(once.fault);
        expect(normalizeApiUrl(once.apiUrl)).toEqual({ apiUrl: once.apiUrl });
        expect(once.apiUrl).not.toMatch(/\/$/);
      }),
    );
  });
});

import { expect, test } from 'vitest';
import { sourceName } from '../../../lambda/nocodb/record-source.ts';
import type { NocoDbSettings } from '../../../lambda/settings/tracker-settings.ts';

const SETTINGS: NocoDbSettings = {
  apiUrl: 'https://nocodb.example.com',
  tableId: 'm1',
  apiVersion: 'auto',
  idField: 'Id',
  paidField: 'Paid',
};

test('the same settings have the same name', () => {
  expect(sourceName({ ...SETTINGS })).toBe(sourceName(SETTINGS));
  expect(sourceName(SETTINGS)).toMatch(/^[0-9a-f]{16}$/);
});

test.each<Partial<NocoDbSettings>>([
  { apiUrl: 'https://other.example.com' },
  { tableId: 'm2' },
  { idField: 'Number' },
  { paidField: 'Status' },
  { paidValues: ['Paid'] },
  { ownerField: 'TG ID' },
])('another %o has another name', (change) => {
  expect(sourceName({ ...SETTINGS, ...change })).not.toBe(sourceName(SETTINGS));
});

test('the version of the API and the base do not change the name: they do not say which table is asked', () => {
  const other = { ...SETTINGS, apiVersion: 'v3', baseId: 'pqot58neiu3o1xo' } as const;

  expect(sourceName(other)).toBe(sourceName(SETTINGS));
});

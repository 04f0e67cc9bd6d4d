import type { NocoDbAccount } from './account.ts';
import type { Release } from './release.ts';

/** A table of payments, alone in its base. */
export interface PaymentsTable {
  readonly baseId: string;
  readonly tableId: string;
  /** Ids of the columns, by title. */
  readonly columns: Readonly<Record<string, string>>;
}

/** The table's title, and its columns without Id, CreatedAt and UpdatedAt, which NocoDB adds. */
export const PAYMENTS_TITLE = 'Payments';
export const PAYMENTS_COLUMNS = [
  { title: 'Title', uidt: 'SingleLineText' },
  { title: 'Paid', uidt: 'Checkbox' },
  { title: 'TG ID', uidt: 'SingleLineText' },
  { title: 'Chat', uidt: 'Number' },
  {
    title: 'Status',
    uidt: 'SingleSelect',
    options: ['Pending', 'Paid', 'Succeeded', "it's (paid)"],
  },
] as const;

/** NocoDB 0.262.5 adds no key by itself. */
const KEY = { title: 'Id', column_name: 'id', uidt: 'ID' };

/** Creates the table of payments. */
export async function createPaymentsTable(
  account: NocoDbAccount,
  release: Release = 'current',
): Promise<PaymentsTable> {
  const columns = [...(release === 'old' ? [KEY] : []), ...PAYMENTS_COLUMNS.map(toColumn)];
  const base = await account.request<{ id: string }>('POST', '/api/v2/meta/bases', { title: 'Shop' });
  const table = await account.request<{ id: string; columns: { id: string; title: string }[] }>(
    'POST',
    `/api/v2/meta/bases/${base.id}/tables`,
    { table_name: 'payments', title: PAYMENTS_TITLE, columns },
  );
  const ids = Object.fromEntries(table.columns.map(({ title, id }) => [title, id]));
  return { baseId: base.id, tableId: table.id, columns: ids };
}

function toColumn(column: (typeof PAYMENTS_COLUMNS)[number]) {
  const { title, uidt } = column;
  const names = { title, column_name: title.toLowerCase().replaceAll(' ', '_'), uidt };
  if (!('options' in column)) return names;
  return { ...names, colOptions: { options: column.options.map((option) => ({ title: option })) } };
}

/** A column of the demo's table. */
export interface Column {
  /** `c` and 14 letters or digits, like NocoDB's own ids. An id is accepted wherever a title is. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type of column. */
  readonly uidt:
    | 'ID'
    | 'CreatedTime'
    | 'LastModifiedTime'
    | 'SingleLineText'
    | 'Checkbox'
    | 'Number'
    | 'SingleSelect';
  /** The allowed values of a `SingleSelect`. */
  readonly options?: readonly string[];
}

/** A column in the options of the demo. */
export type ColumnDefinition = Omit<Column, 'id' | 'uidt'> & {
  readonly uidt: Exclude<Column['uidt'], 'ID' | 'CreatedTime' | 'LastModifiedTime'>;
};

/** The columns of a shop's payments, without the three that NocoDB adds. */
export const PAYMENT_COLUMNS: readonly ColumnDefinition[] = [
  { title: 'Title', uidt: 'SingleLineText' },
  { title: 'Paid', uidt: 'Checkbox' },
  { title: 'TG ID', uidt: 'SingleLineText' },
  { title: 'Chat', uidt: 'Number' },
  { title: 'Status', uidt: 'SingleSelect', options: ['Pending', 'Paid', 'Succeeded', "it's (paid)"] },
];

const SYSTEM_COLUMNS = [
  { title: 'Id', uidt: 'ID' },
  { title: 'CreatedAt', uidt: 'CreatedTime' },
  { title: 'UpdatedAt', uidt: 'LastModifiedTime' },
] as const;

/** All columns of a table, with their ids. */
export function withSystemColumns(definitions: readonly ColumnDefinition[]): readonly Column[] {
  return [...SYSTEM_COLUMNS, ...definitions].map((column, index) => ({
    ...column,
    id: `c${String(index).padStart(2, '0')}${column.title.toLowerCase().replace(/[^a-z0-9]/g, '')}`
      .padEnd(15, '0')
      .slice(0, 15),
  }));
}

/** The column with that title or id. It is case-sensitive. */
export function findColumn(columns: readonly Column[], name: string): Column | undefined {
  return columns.find(({ title, id }) => title === name || id === name);
}

/** Whether an update can change the column; NocoDB sets the system columns itself. */
export function isWritable({ uidt }: Column): boolean {
  return uidt !== 'ID' && uidt !== 'CreatedTime' && uidt !== 'LastModifiedTime';
}

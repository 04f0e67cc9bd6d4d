import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { Dialect, TableField } from './dialect.ts';
import { encodeQueryValue } from './query.ts';
import { asList, asObject, readRecords, UnexpectedShapeError } from './read-response.ts';

/** NocoDB's API v2: `/api/v2/tables/{tableId}/records`. Its paths need no base. */
export function dialectV2({ tableId }: Pick<NocoDbSettings, 'tableId'>): Dialect {
  // Encoded, because `doctor` also asks with the title of a table.
  const table = encodeURIComponent(tableId);
  return {
    version: 'v2',
    recordsPath: `/api/v2/tables/${table}/records`,
    metaPath: '/api/v2/meta',
    tablePath: `/api/v2/meta/tables/${table}`,
    bulkListPath: `/api/v2/tables/${table}/bulk/datalist`,

    // There is no quoting: see `settings/where-syntax.ts`.
    quote: (text) => text,
    listQuery({ where, fields, sort, limit }) {
      return [
        ...(where === undefined ? [] : [`where=${encodeQueryValue(where)}`]),
        `fields=${encodeQueryValue(fields)}`,
        ...(sort === undefined ? [] : [`sort=${encodeQueryValue(sort)}`]),
        `limit=${limit}`,
      ].join('&');
    },

    /** `{ list: [{ Id, Paid }], pageInfo: { isLastPage } }` */
    readPage(json, format) {
      const { list, pageInfo } = asObject(json, 'the answer');
      const records = readRecords(list, format);
      const { isLastPage } = asObject(pageInfo, 'pageInfo');
      if (typeof isLastPage !== 'boolean') {
        throw new UnexpectedShapeError('pageInfo does not say whether this is the last page');
      }
      return { records, isLastPage };
    },

    readTable(json) {
      const { title, base_id: baseId, columns } = asObject(json, 'the answer');
      const fields = asList(columns, 'the list of columns').map(readColumn);
      return {
        version: 'v2',
        fields,
        ...(typeof title === 'string' && { title }),
        ...(typeof baseId === 'string' && { baseId }),
      };
    },

    newRecord: (values) => values,
    /** `{ Id: 7 }`: only the key of the table. */
    readNewId: (json, idTitle) => asObject(json, 'the answer')[idTitle],
  };
}

function readColumn(column: unknown): TableField {
  const { id, title, uidt, pk, system, colOptions } = asObject(column, 'a column');
  if (typeof id !== 'string' || typeof title !== 'string' || typeof uidt !== 'string') {
    throw new UnexpectedShapeError('a column has no id, title or type');
  }
  const options = readOptions(colOptions);
  return {
    id,
    title,
    type: uidt,
    isPrimaryKey: Boolean(pk),
    isSystem: Boolean(system),
    ...(options && { options }),
  };
}

/** Only select fields have options; `colOptions` of other types describes a relation, a formula and so on. */
function readOptions(colOptions: unknown): string[] | undefined {
  if (typeof colOptions !== 'object' || colOptions === null) return undefined;
  const { options } = colOptions as { options?: unknown };
  if (!Array.isArray(options)) return undefined;
  return options.map((option) => String(asObject(option, 'an option').title));
}

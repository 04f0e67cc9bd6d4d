import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import type { Dialect, TableField } from './dialect.ts';
import { encodeQueryValue } from './query.ts';
import {
  asList,
  asObject,
  FieldAbsentError,
  type RecordFormat,
  readRecords,
  UnexpectedShapeError,
} from './read-response.ts';

/**
 * NocoDB's API v3: `/api/v3/data/{baseId}/{tableId}/records` (measured on 0.301.3). It has no bulk lists. Its `where` is that
 * of v2 with quotes, and a checkbox is a boolean or `null` on every database.
 */
export function dialectV3({ tableId }: Pick<NocoDbSettings, 'tableId'>, baseId: string): Dialect {
  const table = encodeURIComponent(tableId);
  return {
    version: 'v3',
    recordsPath: `/api/v3/data/${baseId}/${table}/records`,
    metaPath: `/api/v3/meta/bases/${baseId}`,
    tablePath: `/api/v3/meta/bases/${baseId}/tables/${table}`,

    quote,
    listQuery({ where, fields, sort, limit }) {
      const order = sort === undefined ? undefined : JSON.stringify([{ field: sort, direction: 'asc' }]);
      return [
        ...(where === undefined ? [] : [`where=${encodeQueryValue(where)}`]),
        `fields=${encodeQueryValue(fields)}`,
        ...(order === undefined ? [] : [`sort=${encodeQueryValue(order)}`]),
        `pageSize=${limit}`,
      ].join('&');
    },

    /** `{ records: [{ id, fields: { Paid } }], next: 'https://…' }`. The last page has no `next`, or `null`. */
    readPage(json, format) {
      const { records, next } = asObject(json, 'the answer');
      const rows = asList(records, 'the list of records').map((record) => toRow(record, format));
      return { records: readRecords(rows, format), isLastPage: next === undefined || next === null };
    },

    readTable(json) {
      const { title, fields } = asObject(json, 'the answer');
      return {
        version: 'v3',
        ...(typeof title === 'string' && { title }),
        baseId,
        fields: asList(fields, 'the list of fields').map(readField),
      };
    },

    newRecord: (fields) => ({ fields }),
    /** `{ records: [{ id, fields }] }` */
    readNewId(json, idTitle) {
      const [record] = asList(asObject(json, 'the answer').records, 'the list of records');
      const { id, fields } = asObject(record, 'the new record');
      const values = asObject(fields, 'the fields of the new record');
      return Object.hasOwn(values, idTitle) ? values[idTitle] : id;
    },
  };
}

/**
 * Texts with parentheses or quotes have to be quoted, and quoted texts cannot hold their own quote: a backslash before it
 * stays in the text. A text with both kinds cannot be asked for.
 */
function quote(text: string): string {
  if (/^[\w-]+$/.test(text)) return text;
  const mark = ['"', "'"].find((each) => !text.includes(each)) ?? '';
  return `${mark}${text}${mark}`;
}

/**
 * A record in the form of v2: all fields in one object, by their titles. The key of the table is only `id`, not among
 * `fields`, even when it was asked for. An id field that is not the key is among them.
 *
 * @throws {FieldAbsentError} when a field was renamed since its title was looked up: the record's key must not be taken
 *   for the value of another field
 */
function toRow(record: unknown, { id: idTitle, paid, owner }: RecordFormat): Record<string, unknown> {
  const { id, fields } = asObject(record, 'a record');
  const values = asObject(fields, 'the fields of a record');
  if (Object.hasOwn(values, idTitle)) return values;
  const stranger = Object.keys(values).find((title) => title !== paid && title !== owner);
  if (stranger === undefined) return { ...values, [idTitle]: id };
  throw new FieldAbsentError(
    `a record has no field ${JSON.stringify(idTitle)}, but ${JSON.stringify(stranger)}`,
  );
}

function readField(field: unknown): TableField {
  const { id, title, type, system, options } = asObject(field, 'a field');
  if (typeof id !== 'string' || typeof title !== 'string' || typeof type !== 'string') {
    throw new UnexpectedShapeError('a field has no id, title or type');
  }
  const choices = (options as { choices?: unknown } | undefined)?.choices;
  return {
    id,
    title,
    type,
    // v3 does not tell which field is the key of a table that NocoDB did not create.
    isPrimaryKey: type === 'ID',
    isSystem: Boolean(system),
    ...(Array.isArray(choices) && {
      options: choices.map((choice) => String(asObject(choice, 'an option').title)),
    }),
  };
}

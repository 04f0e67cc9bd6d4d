import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { FieldNotFoundError } from '../tracker/errors.ts';
import type { RequestContext, TableName } from '../tracker/record-source.ts';
import type { NocoDbClient } from './client.ts';
import type { ChangeFields } from './query.ts';
import { asList, asObject, type RecordFormat, readResponse, UnexpectedShapeError } from './read-response.ts';

/**
 * The titles under which responses hold the configured fields. A query may name a field by its id, but the response
 * names it by its title (measured on 0.301.3). Ids are therefore looked up in the table: once, and again after
 * {@link FieldTitles.forget}.
 */
export interface FieldTitles {
  /** @throws {TrackerError} */
  format(context: RequestContext): Promise<RecordFormat>;
  /** Must be called when a response lacks a field: the titles are out of date. */
  forget(): void;
}

export function createFieldTitles(settings: NocoDbSettings, client: NocoDbClient): FieldTitles {
  const { idField, paidField, ownerField, paidValues } = settings;
  const needsLookup = namesFieldsByIds(settings);
  const asConfigured: RecordFormat = { id: idField, paid: paidField, owner: ownerField, paidValues };
  let known = needsLookup ? undefined : asConfigured;

  async function lookUp(context: RequestContext): Promise<RecordFormat> {
    const fields = await readTableFields(client, settings, context);
    const title = (name: string) => titleOf(name, fields, settings);
    return {
      id: title(idField),
      paid: title(paidField),
      ...(ownerField === undefined ? {} : { owner: title(ownerField) }),
      paidValues,
    };
  }

  return {
    async format(context) {
      known ??= await lookUp(context);
      return known;
    },
    forget() {
      if (needsLookup) known = undefined;
    },
  };
}

/**
 * Finds the fields in which NocoDB keeps when a record was changed and created, by their types. Of several, NocoDB's own
 * come first: people can add fields of these types that follow some columns only.
 *
 * @returns `undefined` when the table does not keep when a record was changed, as tables of an external database may not
 */
export function findChangeFields(fields: readonly TableField[]): ChangeFields | undefined {
  const ofType = (type: string) => {
    const found = fields.filter((field) => field.type === type);
    return (found.find(({ isSystem }) => isSystem) ?? found[0])?.id;
  };
  const [updated, created] = [ofType('LastModifiedTime'), ofType('CreatedTime')];
  return updated === undefined ? undefined : { updated, ...(created !== undefined && { created }) };
}

/** The form of NocoDB's field ids: `c` and 14 characters (`cl_` and 14 in older bases). A title may have it too. */
const FIELD_ID_PATTERN = /^c(?:l_)?[a-z0-9]{14}$/;

/** Whether the settings may name a field by its id, so that its title has to be looked up. */
export function namesFieldsByIds({ idField, paidField, ownerField = '' }: NocoDbSettings): boolean {
  return [idField, paidField, ownerField].some((name) => FIELD_ID_PATTERN.test(name));
}

/** A field of a NocoDB table. */
export interface TableField {
  /** `c…`; it survives renaming. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type: `Checkbox`, `SingleSelect`, `ID`. */
  readonly type: string;
  readonly isPrimaryKey: boolean;
  /** NocoDB made it itself, and keeps its values. */
  readonly isSystem: boolean;
  /** Titles of a select field's options; absent for every other type. */
  readonly options?: readonly string[];
}

/** Finds a field by its id or title. An id comes first, because a title may look like an id. */
export function findField(fields: readonly TableField[], name: string): TableField | undefined {
  return fields.find(({ id }) => id === name) ?? fields.find(({ title }) => title === name);
}

const OPERATION = 'read the fields of the table';

/** Characters of a title that are kept: the control item has room for no more. */
const MAX_TITLE = 60;

/**
 * Reads the title of the table and the id of its base.
 *
 * @throws {TrackerError}
 */
export function readTableName(
  client: NocoDbClient,
  settings: Pick<NocoDbSettings, 'tableId'>,
  context: RequestContext,
): Promise<TableName> {
  return readTable('read the title of the table', client, settings, context, (json) => {
    const { title, base_id: base } = asObject(json, 'the answer');
    if (typeof title !== 'string') throw new UnexpectedShapeError('the table has no title');
    return { title: title.slice(0, MAX_TITLE), ...(typeof base === 'string' && { base }) };
  });
}

/**
 * Reads the fields of the table. The viewer role is enough for it (`tableGet` is among the viewer's rights in
 * `src/utils/acl.ts` of nocodb 0.301.3).
 *
 * @throws {TrackerError}
 */
export async function readTableFields(
  client: NocoDbClient,
  settings: Pick<NocoDbSettings, 'tableId'>,
  context: RequestContext,
): Promise<TableField[]> {
  return readTable(OPERATION, client, settings, context, readFields);
}

async function readTable<T>(
  operation: string,
  client: NocoDbClient,
  { tableId }: Pick<NocoDbSettings, 'tableId'>,
  context: RequestContext,
  read: (json: unknown) => T,
): Promise<T> {
  const response = await client.send(
    {
      operation,
      method: 'GET',
      path: metaPath(tableId),
      params: '',
      recordIds: 0,
      repeatable: true,
    },
    context,
  );
  return readResponse(response, context, read);
}

/** Encoded, because `doctor` also asks with the title of a table. */
function metaPath(tableId: string): string {
  return `/api/v2/meta/tables/${encodeURIComponent(tableId)}`;
}

function titleOf(name: string, fields: readonly TableField[], { apiUrl, tableId }: NocoDbSettings): string {
  const field = findField(fields, name);
  if (field !== undefined) return field.title;
  throw new FieldNotFoundError({
    operation: OPERATION,
    target: `GET ${apiUrl}${metaPath(tableId)}`,
    problem: `the table has no field with the id or title ${name}`,
    hint: `Its fields are ${fields.map(({ id, title }) => `${title} (${id})`).join(', ')}.`,
  });
}

function readFields(json: unknown): TableField[] {
  const { columns } = asObject(json, 'the answer');
  return asList(columns, 'the list of columns').map((column) => {
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
  });
}

/** Only select fields have options; `colOptions` of other types describes a relation, a formula and so on. */
function readOptions(colOptions: unknown): string[] | undefined {
  if (typeof colOptions !== 'object' || colOptions === null) return undefined;
  const { options } = colOptions as { options?: unknown };
  if (!Array.isArray(options)) return undefined;
  return options.map((option) => String(asObject(option, 'an option').title));
}

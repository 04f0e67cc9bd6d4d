import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { FieldNotFoundError } from '../tracker/errors.ts';
import type { RequestContext } from '../tracker/record-source.ts';
import type { ApiCall, NocoDbClient } from './client.ts';
import { asList, asObject, type RecordFormat, UnexpectedShapeError } from './read-response.ts';

/** What NocoDB makes for an id of a field: `c` and 14 characters (`cl_` and 14 in older bases). A title may look so too. */
const FIELD_ID_PATTERN = /^c(?:l_)?[a-z0-9]{14}$/;

/**
 * Knows under which titles answers hold the configured fields. Queries may name a field by its id, but answers name it by
 * its title (measured on 0.301.3), so ids are looked up in the table: once, and again after {@link FieldTitles.forget}.
 */
export interface FieldTitles {
  /** @throws {TrackerError} */
  format(context: RequestContext): Promise<RecordFormat>;
  /** The titles learned are out of date. */
  forget(): void;
}

/** Whether titles have to be asked for. */
export function namesFieldsByIds({ idField, paidField, ownerField = '' }: NocoDbSettings): boolean {
  return [idField, paidField, ownerField].some((name) => FIELD_ID_PATTERN.test(name));
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

function titleOf(name: string, fields: readonly TableField[], { apiUrl, tableId }: NocoDbSettings): string {
  const field = fields.find(({ id }) => id === name) ?? fields.find(({ title }) => title === name);
  if (field !== undefined) return field.title;
  throw new FieldNotFoundError({
    operation: 'read the fields of the table',
    target: `GET ${apiUrl}/api/v2/meta/tables/${tableId}`,
    problem: `the table has no field with the id or title ${name}`,
    hint: `Its fields are ${fields.map(({ id, title }) => `${title} (${id})`).join(', ')}.`,
  });
}

/** A field of a NocoDB table. */
export interface TableField {
  /** `c…`; it survives renaming. */
  readonly id: string;
  readonly title: string;
  /** NocoDB's type: `Checkbox`, `SingleSelect`, `ID`. */
  readonly type: string;
  readonly isPrimaryKey: boolean;
  /** Titles of a select field's options; absent for every other type. */
  readonly options?: readonly string[];
}

/**
 * Reads which fields the table has. A viewer's token may (`tableGet` is among the viewer's rights in
 * `src/utils/acl.ts` of nocodb 0.301.3).
 *
 * @throws {TrackerError}
 */
export function readTableFields(
  client: NocoDbClient,
  { tableId }: Pick<NocoDbSettings, 'tableId'>,
  context: RequestContext,
): Promise<TableField[]> {
  const call: ApiCall<TableField[]> = {
    operation: 'read the fields of the table',
    method: 'GET',
    path: `/api/v2/meta/tables/${tableId}`,
    params: '',
    recordIds: 0,
    repeatable: true,
    read: (answer) => ({ value: readFields(answer), records: 0 }),
  };
  return client.send(call, context);
}

function readFields(answer: unknown): TableField[] {
  const { columns } = asObject(answer, 'the answer');
  return asList(columns, 'the list of columns').map((column) => {
    const { id, title, uidt, pk, colOptions } = asObject(column, 'a column');
    if (typeof id !== 'string' || typeof title !== 'string' || typeof uidt !== 'string') {
      throw new UnexpectedShapeError('a column has no id, title or type');
    }
    const options = readOptions(colOptions);
    return { id, title, type: uidt, isPrimaryKey: Boolean(pk), ...(options && { options }) };
  });
}

/** Only select fields have options; `colOptions` of other types describes a relation, a formula, … */
function readOptions(colOptions: unknown): string[] | undefined {
  if (typeof colOptions !== 'object' || colOptions === null) return undefined;
  const { options } = colOptions as { options?: unknown };
  if (!Array.isArray(options)) return undefined;
  return options.map((option) => String(asObject(option, 'an option').title));
}

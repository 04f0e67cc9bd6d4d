import type { NocoDbSettings } from '../settings/tracker-settings.ts';
import { faultOfFieldName } from '../settings/where-syntax.ts';
import { FieldNotFoundError } from '../tracker/errors.ts';
import type { RequestContext } from '../tracker/record-source.ts';
import type { NocoDbApi } from './api.ts';
import type { TableDescription, TableField } from './dialect.ts';
import type { ChangeFields } from './query.ts';
import type { RecordFormat } from './read-response.ts';

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

export function createFieldTitles(api: NocoDbApi): FieldTitles {
  const { settings } = api;
  const { idField, paidField, ownerField, paidValues } = settings;
  const needsLookup = namesFieldsByIds(settings);
  const asConfigured: RecordFormat = { id: idField, paid: paidField, owner: ownerField, paidValues };
  let known = needsLookup ? undefined : asConfigured;

  async function lookUp(context: RequestContext): Promise<RecordFormat> {
    const { fields } = await api.readTable(context);
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

/** The titles that NocoDB gives to its own fields. */
export const OWN_FIELDS: ChangeFields = { updated: 'UpdatedAt', created: 'CreatedAt' };

/**
 * Finds the fields in which NocoDB keeps when a record was changed and created, by their types. Of several, NocoDB's own
 * come first: people can add fields of these types that follow some columns only. In v3, where the description leaves out
 * NocoDB's own fields, they are taken to be there by their titles: queries can name them (measured on 0.301.3).
 *
 * A query names them by their titles, because 0.262.5 knows no ids in `where`, or by their ids where it cannot.
 *
 * @returns `undefined` when the table does not keep when a record was changed, as tables of an external database may not
 */
export function findChangeFields({
  fields,
  version,
}: Pick<TableDescription, 'fields' | 'version'>): ChangeFields | undefined {
  const ofType = (type: string) => {
    const found = fields.filter((field) => field.type === type);
    const field = found.find(({ isSystem }) => isSystem) ?? found[0];
    return field && (faultOfFieldName(field.title) === undefined ? field.title : field.id);
  };
  const mayBeHidden = (title: string) => findField(fields, title) === undefined;
  if (version === 'v3' && Object.values(OWN_FIELDS).every(mayBeHidden)) return OWN_FIELDS;
  const [updated, created] = [ofType('LastModifiedTime'), ofType('CreatedTime')];
  return updated === undefined ? undefined : { updated, ...(created !== undefined && { created }) };
}

/** The form of NocoDB's field ids: `c` and 14 characters (`cl_` and 14 in older bases). A title may have it too. */
const FIELD_ID_PATTERN = /^c(?:l_)?[a-z0-9]{14}$/;

/** Whether the settings may name a field by its id, so that its title has to be looked up. */
export function namesFieldsByIds({ idField, paidField, ownerField = '' }: NocoDbSettings): boolean {
  return [idField, paidField, ownerField].some((name) => FIELD_ID_PATTERN.test(name));
}

/** Finds a field by its id or title. An id comes first, because a title may look like an id. */
export function findField(fields: readonly TableField[], name: string): TableField | undefined {
  return fields.find(({ id }) => id === name) ?? fields.find(({ title }) => title === name);
}

function titleOf(name: string, fields: readonly TableField[], { apiUrl, tableId }: NocoDbSettings): string {
  const field = findField(fields, name);
  if (field !== undefined) return field.title;
  throw new FieldNotFoundError({
    operation: 'read the fields of the table',
    target: `table ${tableId} of ${apiUrl}`,
    problem: `the table has no field with the id or title ${name}`,
    hint: `Its fields are ${fields.map(({ id, title }) => `${title} (${id})`).join(', ')}.`,
  });
}
